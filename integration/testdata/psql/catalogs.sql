-- lists of everything, by their sizes: what exists is the registry's own
\pset tuples_only on
\set ECHO none
\o /dev/null
\dfS
\daS
\doS
\dTS
\dTS+
\dCS
\dC+
\dOS
\dOS+
\ddS
\dS
\dS+
\dtS+
\dvS+
\diS
\dcS
\dFd
\dFp
\dFt
\dAc
\dAf
\dAo
\dAp
\dn+
\dnS+
\df+ lower
\dx+
\db+
\dL+
\dpS
\dconfig+ *
\o
\echo all were listed
