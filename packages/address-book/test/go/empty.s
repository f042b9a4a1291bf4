// Lets main.go declare a function of another package without a body.
