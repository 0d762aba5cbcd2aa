#!/bin/sh
# Creates or updates CrateSocial's namespace in Temporal: how long ended workflows are kept, and
# what operators can search by. Safe to run again.
set -eu

# Retries a command until it succeeds and prints its output. The cluster may still be starting, and
# takes seconds to know a new namespace everywhere.
patiently() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { echo "Temporal did not answer within a minute." >&2; exit 1; }
    sleep 1
  done
}

patiently temporal operator cluster health
if temporal operator namespace describe --namespace "$NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create --namespace "$NAMESPACE" --retention "$RETENTION"
fi

known=$(patiently temporal operator search-attribute list --namespace "$NAMESPACE")
for name in Workspace Channel Platform State; do
  echo "$known" | grep -qw "$name" ||
    temporal operator search-attribute create --namespace "$NAMESPACE" --name "$name" --type Keyword
done
echo "The namespace $NAMESPACE is ready."
