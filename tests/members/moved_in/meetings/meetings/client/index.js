// not in the wheel
