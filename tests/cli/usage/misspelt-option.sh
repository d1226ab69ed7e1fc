"$STANCH" scan --min-confidnce high .
