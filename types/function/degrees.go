package function

import "math"

// registerDegrees: trigonometry in degrees, exact where the angle is a multiple of 30 or 45: each part is scaled so that it gives 1/2 or 1 there.
func registerDegrees(r *registry) {
	one := func(name string, f func(x float64) float64) { r.fn(name+"(float8)", floatByRow(periodic(f))) }
	one("sind", sinDegrees)
	one("cosd", cosDegrees)
	one("tand", func(x float64) float64 { return tangent(x, false) })
	one("cotd", func(x float64) float64 { return tangent(x, true) })
	r.fn("asind(float8)", floatByRow(within(-1, 1, func(x float64) float64 {
		if x < 0 {
			return -arcSine(-x)
		}
		return arcSine(x)
	})))
	r.fn("acosd(float8)", floatByRow(within(-1, 1, func(x float64) float64 {
		if x < 0 {
			return 90 + arcSine(-x)
		}
		return arcCosine(x)
	})))
	quarter := math.Atan(1)
	r.total("atand(float8)", floatByRow(func(x float64) (float64, error) { return math.Atan(x) / quarter * 45, nil }))
	r.total("atan2d(float8,float8)", floatsByRow(func(y, x float64) (float64, error) { return math.Atan2(y, x) / quarter * 45, nil }))
}

const perDegree = math.Pi / 180

// sinTo30 and cosTo60 are of angles from 0 to 30 and 60 degrees; sinTo90 and cosTo90 put them together.
func sinTo30(x float64) float64 { return math.Sin(x*perDegree) / math.Sin(30*perDegree) / 2 }

func cosTo60(x float64) float64 {
	return 1 - (1-math.Cos(x*perDegree))/(1-math.Cos(60*perDegree))/2
}

func sinTo90(x float64) float64 {
	if x <= 30 {
		return sinTo30(x)
	}
	return cosTo60(90 - x)
}

func cosTo90(x float64) float64 {
	if x <= 60 {
		return cosTo60(x)
	}
	return sinTo30(90 - x)
}

// firstTurn gives the angle from 0 to 180 degrees that x is like but for its sign.
func firstTurn(x float64) (angle float64, negative, beyond bool) {
	x = math.Mod(x, 360)
	if x < 0 {
		x, negative = -x, true
	}
	if x > 180 {
		x, beyond = 360-x, true
	}
	return x, negative, beyond
}

func sinDegrees(x float64) float64 {
	angle, negative, beyond := firstTurn(x)
	if angle > 90 {
		angle = 180 - angle
	}
	if negative != beyond {
		return -sinTo90(angle)
	}
	return sinTo90(angle)
}

func cosDegrees(x float64) float64 {
	angle, _, _ := firstTurn(x)
	if angle > 90 {
		return -cosTo90(180 - angle)
	}
	return cosTo90(angle)
}

// tangent is the tangent or cotangent; zero never has a sign.
func tangent(x float64, inverse bool) float64 {
	angle, negative, beyond := firstTurn(x)
	minus := negative != beyond
	if angle > 90 {
		angle, minus = 180-angle, !minus
	}
	up, down := sinTo90(angle), cosTo90(angle)
	unit := sinTo90(45) / cosTo90(45)
	if inverse {
		up, down, unit = down, up, cosTo90(45)/sinTo90(45)
	}
	t := up / down / unit
	if minus {
		t = -t
	}
	if t == 0 {
		return 0
	}
	return t
}

// arcSine and arcCosine are of values from 0 to 1.
func arcSine(x float64) float64 {
	if x <= 0.5 {
		return math.Asin(x) / math.Asin(0.5) * 30
	}
	return 90 - math.Acos(x)/math.Acos(0.5)*60
}

func arcCosine(x float64) float64 {
	if x <= 0.5 {
		return 90 - math.Asin(x)/math.Asin(0.5)*30
	}
	return math.Acos(x) / math.Acos(0.5) * 60
}
