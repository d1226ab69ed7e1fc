. "$TESTS/lib.sh"
expect 2 "$STANCH" scan --rule azure-devops-pta . 2>err
holds err azure-devops-pat
expect 2 "$STANCH" rules show azure-devops-pta 2>err
holds err azure-devops-pat
