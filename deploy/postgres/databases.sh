#!/bin/sh
# Makes a database and two roles for each service, and sets the roles' passwords; what is there already is kept.
set -eu
PGPASSWORD=$(cat /run/secrets/postgres-superuser)
export PGPASSWORD
for service in screening notify console; do
  psql --no-psqlrc --quiet --host postgres --username postgres --dbname postgres \
    --set ON_ERROR_STOP=1 --set service="$service" --file /deploy/database.sql
  echo "database $service: ready"
done
