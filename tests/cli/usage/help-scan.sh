"$STANCH" scan --help
