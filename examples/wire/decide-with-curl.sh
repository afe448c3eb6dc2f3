#!/bin/sh
# A decision over HTTP, and its verdict:
#   examples/wire/decide-with-curl.sh http://127.0.0.1:4400 order-17
set -eu
url=${1:-http://127.0.0.1:4400}
subject=${2:-order-17}

curl -sS --max-time 10 "$url/v1/decisions" ${TUTTI_TOKEN:+-H "authorization: Bearer $TUTTI_TOKEN"} \
  -H 'content-type: application/json' -H 'prefer: wait=5' \
  -H 'ce-specversion: 1.0' -H "ce-id: place-$subject" -H 'ce-type: order.place' \
  -H 'ce-source: /participants/buyer-9' -H "ce-subject: $subject" -H "ce-time: $(date -u +%FT%TZ)" \
  -d '{"seller":"seller-3","total":4200,"category":"books","promised":"2099-01-01T00:00:00Z"}'
