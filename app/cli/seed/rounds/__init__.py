"""What is told of the promotion cycles of the example company, one file each."""
