"""Other people's formats, in and out: 360Giving, IATI, FollowTheMoney, tables."""
