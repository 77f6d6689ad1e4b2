# Sourced, unseen, at the beginning of session.tape: a folder of its own with a sample file, and a plain prompt.
cd ~ || exit
export PROMPT_TOOLKIT_NO_CPR=1 # the recorder's terminal does not say where its cursor is
infrahub-migrator example > values.yaml
PS1='$ '
clear
