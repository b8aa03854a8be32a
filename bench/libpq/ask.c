/*
 * Asks one prepared statement over and over through libpq and says how long each run took.
 *
 *   ask CONNINFO WAY FORMAT RUNS SQL
 *
 * WAY     whole: the result is collected, as PQexec does; rows: one row after the other (single-row mode);
 *         first: as rows, but the statement is cancelled once the first row is here
 * FORMAT  0 text, 1 binary
 *
 * A line for each run: microseconds to the first row (rows, first) or to the whole result, microseconds in all, rows.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int failed(PGconn *c)
{
    fprintf(stderr, "%s", PQerrorMessage(c));
    PQfinish(c);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: ask CONNINFO whole|rows|first 0|1 RUNS SQL\n");
        return 2;
    }
    int whole = !strcmp(argv[2], "whole"), first_only = !strcmp(argv[2], "first");
    int format = atoi(argv[3]), runs = atoi(argv[4]);

    PGconn *c = PQconnectdb(argv[1]);
    if (PQstatus(c) != CONNECTION_OK)
        return failed(c);
    PGresult *r = PQprepare(c, "asked", argv[5], 0, NULL);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        return failed(c);
    PQclear(r);

    for (int i = 0; i < runs; i++) {
        double start = now(), first = 0;
        long rows = 0;
        int cancelled = 0;
        if (!PQsendQueryPrepared(c, "asked", 0, NULL, NULL, NULL, format) || (!whole && !PQsetSingleRowMode(c)))
            return failed(c);
        while ((r = PQgetResult(c)) != NULL) {
            ExecStatusType status = PQresultStatus(r);
            if (status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE && !cancelled)
                return failed(c);
            if (first == 0 && PQntuples(r) > 0) {
                first = now();
                if (first_only) {
                    char why[256];
                    PGcancel *cancel = PQgetCancel(c);
                    cancelled = cancel != NULL && PQcancel(cancel, why, sizeof why);
                    PQfreeCancel(cancel);
                    if (!cancelled)
                        return failed(c);
                }
            }
            rows += PQntuples(r);
            PQclear(r);
        }
        double end = now();
        printf("%.0f %.0f %ld\n", (first > 0 ? first : end) - start, end - start, rows);
    }
    PQfinish(c);
    return 0;
}
