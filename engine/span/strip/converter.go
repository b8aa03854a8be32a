package strip

type converter struct{}
