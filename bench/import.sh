#!/usr/bin/env bash
# Import beside PostgreSQL's COPY: the same lines into flare-pg (`flare-pg import`, fsync on) and into a PostgreSQL
# table of one jsonb column (COPY from a file on the server, default settings, fsync on), in turn, so that the machine's
# drift hits both. Prints each run, the medians, the ratio, and the highest anonymous resident memory of the importer.
#
#   bench/import.sh [RUNS] [FILE.ndjson.zst …]      default: 3 runs over ../shared/data
#
# Needs PostgreSQL's server programs (pg_config --bindir), zstd and about 2 GB in TMPDIR.
set -euo pipefail
cd "$(dirname "$0")/.."

runs=${1:-3}; shift || true
files=("$@")
[ ${#files[@]} -gt 0 ] || files=(../shared/data/*.ndjson.zst)
if [ ! -e "${files[0]}" ]; then
  [ $# -eq 0 ] || { echo "no input: ${files[0]} is absent" >&2; exit 1; }
  echo "import beside COPY is left out: ${files[0]} is absent; name files to measure with"; exit 0
fi

bin=$(pg_config --bindir)
work=$(mktemp -d "${TMPDIR:-/tmp}/flare-pg-bench.XXXXXX")
as=()
if [ "$(id -u)" = 0 ]; then as=(runuser -u postgres --); chmod 755 "$work"; mkdir "$work/pg"; chown postgres "$work/pg"; else mkdir "$work/pg"; fi
cleanup() { (cd / && "${as[@]}" "$bin/pg_ctl" -D "$work/pg/data" -m immediate stop >/dev/null 2>&1) || true; rm -rf "$work"; }
trap cleanup EXIT

go build -o "$work/flare-pg" ./cmd/flare-pg
# Some files end their lines with CRLF, which COPY would not take beside LF.
zstd -dcq "${files[@]}" | tr -d '\r' > "$work/events.ndjson"
chmod 644 "$work/events.ndjson"
bytes=$(stat -c %s "$work/events.ndjson"); lines=$(wc -l < "$work/events.ndjson")
echo "$lines events, $bytes bytes"

(cd / && "${as[@]}" "$bin/initdb" -D "$work/pg/data" --encoding=UTF8 --locale=C.UTF-8 -A trust >/dev/null)
(cd / && "${as[@]}" "$bin/pg_ctl" -D "$work/pg/data" -w -l "$work/pg/log" -o "-k $work/pg -c listen_addresses=''" start >/dev/null)
sql() { psql -X -q -h "$work/pg" -U "$( [ "$(id -u)" = 0 ] && echo postgres || id -un )" -d postgres -v ON_ERROR_STOP=1 "$@"; }
now() { date +%s%N; }

pg=(); fl=(); peak=0
for i in $(seq "$runs"); do
  sql -c 'drop table if exists events; create table events (document jsonb)' 2>/dev/null
  sync
  t=$(now)
  # csv with a quote and a delimiter that JSON can't contain takes each line as it stands
  sql -c "copy events from '$work/events.ndjson' (format csv, quote E'\\x01', delimiter E'\\x02')"
  pg+=($(( ($(now) - t) / 1000000 )))

  rm -rf "$work/data"; sync
  t=$(now)
  "$work/flare-pg" import --data "$work/data" "$work/events.ndjson" > "$work/import.log" 2>&1 &
  pid=$!
  while kill -0 $pid 2>/dev/null; do
    rss=$(awk '/RssAnon/ {print $2}' "/proc/$pid/status" 2>/dev/null || true)
    [ -n "${rss:-}" ] && [ "$rss" -gt "$peak" ] && peak=$rss
    sleep 0.01
  done
  wait $pid || { cat "$work/import.log"; exit 1; }
  fl+=($(( ($(now) - t) / 1000000 )))
  echo "run $i: PostgreSQL ${pg[-1]} ms, flare-pg ${fl[-1]} ms"
done
n=$(sql -At -c 'select count(*) from events')
m=$("$work/flare-pg" nql --data "$work/data" --format ndjson 'select @t from stream' | wc -l)
[ "$n" = "$lines" ] && [ "$m" = "$lines" ] || { echo "counts differ: PostgreSQL $n, flare-pg $m, lines $lines" >&2; exit 1; }

median() { printf '%s\n' "$@" | sort -n | awk '{a[NR]=$1} END {print (NR%2) ? a[(NR+1)/2] : (a[NR/2]+a[NR/2+1])/2}'; }
mp=$(median "${pg[@]}"); mf=$(median "${fl[@]}")
awk -v p="$mp" -v f="$mf" -v b="$bytes" -v l="$lines" -v r="$peak" -v d="$(du -sk "$work/data" | cut -f1)" 'BEGIN {
  printf "%-28s %8s %10s %12s\n", "", "ms", "MB/s", "events/s"
  printf "%-28s %8d %10.1f %12d\n", "PostgreSQL COPY into jsonb", p, b/p/1000, l*1000/p
  printf "%-28s %8d %10.1f %12d\n", "flare-pg import", f, b/f/1000, l*1000/f
  printf "ratio %.1f; importer'"'"'s anonymous memory at most %d MB; %d MB on disk\n", p/f, r/1024, d/1024 }'
