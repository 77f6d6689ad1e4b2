# Sourced, hidden, at the start of session.tape: a sample file in a home folder, and a plain prompt.
cd ~ || exit
export PROMPT_TOOLKIT_NO_CPR=1 # the recorder's terminal does not say where its cursor is
infrahub-migrator example > values.yaml
PS1='$ '
clear
