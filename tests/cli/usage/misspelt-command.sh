"$STANCH" scna
