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
\dp logs.*
\z errors
\sf nothing
\dconfig *timeout*
