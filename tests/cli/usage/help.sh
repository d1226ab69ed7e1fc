"$STANCH" help
