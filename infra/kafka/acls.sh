#!/bin/sh
# Who may do what on the topics of a space. Without a rule nobody may do anything (StandardAuthorizer).
#   acls.sh BROKERS CLIENT.PROPERTIES SPACE
set -eu
brokers=$1 config=$2 space=$3
acl() { /opt/kafka/bin/kafka-acls.sh --bootstrap-server "$brokers" --command-config "$config" --force --add "$@"; }

# The services: everything on the space's topics (`tutti topics` creates them too), and the groups of contract processes.
acl --allow-principal User:tutti --operation All --topic "$space." --resource-pattern-type prefixed
acl --allow-principal User:tutti --operation All --group "$space." --resource-pattern-type prefixed
acl --allow-principal User:tutti --operation Describe --cluster

# A participant puts decisions in. It cannot read what others put in.
acl --allow-principal User:seller-3 --operation Write --operation Describe --topic "$space.decisions"
# It reads what everybody may know: rules in force and closed epochs, in groups that begin with its name.
acl --allow-principal User:seller-3 --operation Read --operation Describe --topic "$space.policies"
acl --allow-principal User:seller-3 --operation Read --operation Describe --topic "$space.states"
acl --allow-principal User:seller-3 --operation Read --group seller-3. --resource-pattern-type prefixed

# ! The topic of verdicts carries everybody's business: it is for parties trusted with all of it. Participants read their
# ! own verdicts over HTTP.
acl --allow-principal User:warehouse --operation Read --operation Describe --topic "$space.verdicts"
acl --allow-principal User:warehouse --operation Read --group warehouse. --resource-pattern-type prefixed
# Our client reads it in groups of its own.
acl --allow-principal User:warehouse --operation Read --group tutti-reader- --resource-pattern-type prefixed
