#!/bin/sh
# Temporal's tables, brought to the version of this image; run before each start of its server. SQL_* say where.
set -eu
schema=${SCHEMA_DIR:-/etc/temporal/schema/postgresql/v12}

bring_up_to_date() {
  temporal-sql-tool --db "$1" update-schema -d "$schema/$2/versioned"
}

for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  folder=${pair##*:}
  # An empty database has no version to start from: it gets one.
  bring_up_to_date "$database" "$folder" || {
    temporal-sql-tool --db "$database" setup-schema -v 0.0
    bring_up_to_date "$database" "$folder"
  }
done
echo "Temporal's tables are up to date."
