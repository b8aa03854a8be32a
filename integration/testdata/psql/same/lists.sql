\dx
\db
\des
\dew
\det
\deu
\dF nothing
\dP
\dRp
\dRs
\dX
\dy
\dL
\dA
\drds
\ddp
\dl
\dD
\dT nothing
\df nothing
\do nothing
\da nothing
\dC nothing
\dd nothing
\dO nothing
\dc nothing
\dO "C"
\dO *POSIX*
\du
\dg
\du+
\dg flare
\dp logs.*
\z errors
\sf nothing
\dconfig work_mem
\dconfig *timeout*
