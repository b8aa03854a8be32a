package function

func registerToChar(*registry) {}
