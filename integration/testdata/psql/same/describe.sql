\dt logs.*
\dt *.nginx
\dv
\dm
\ds
\dE
\d logs.nginx
\d errors
\d+ logs.nginx
\d nothing
\d public.e*
\dt nothing
\dv+ nothing
\di
\d events
\sv nothing
\ev nothing
