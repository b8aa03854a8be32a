\d
\dt
\dt logs.*
\dt *.nginx
\dv
\dm
\ds
\dE
\dn
\d logs.nginx
\d errors
\d+ logs.nginx
\d nothing
\d public.e*
\dt nothing
\dtvs
\dt public.*
\dv+ nothing
\di
\d events
\d+ errors
\sv errors
\sv+ errors
\sv nothing
\ev nothing
