#!/bin/sh
# Migrates Temporal's tables to the version of this image. Runs before each start of its server. The
# SQL_* variables set the connection.
set -eu
schema=${SCHEMA_DIR:-/etc/temporal/schema/postgresql/v12}

bring_up_to_date() {
  temporal-sql-tool --db "$1" update-schema -d "$schema/$2/versioned"
}

for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  folder=${pair##*:}
  # An empty database has no schema version to update from, so it is set up first.
  bring_up_to_date "$database" "$folder" || {
    temporal-sql-tool --db "$database" setup-schema -v 0.0
    bring_up_to_date "$database" "$folder"
  }
done
echo "Temporal's tables are up to date."
