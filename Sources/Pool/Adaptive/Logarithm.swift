/// The natural logarithm of a number above 0, to about 15 digits: the same on every machine, as a C library's need not
/// be.
package func logarithm(_ number: Double) -> Double {
    // number = m · 2^e with m near 1; ln m by the series of the inverse hyperbolic tangent.
    var exponent = Double(number.exponent)
    var significand = number.significand
    if significand > 1.414_213_562_373_095 {
        significand /= 2
        exponent += 1
    }
    let ratio = (significand - 1) / (significand + 1)
    let square = ratio * ratio
    var term = ratio
    var sum = 0.0
    for odd in stride(from: 1.0, through: 31, by: 2) {
        sum += term / odd
        term *= square
    }
    return 2 * sum + exponent * 0.693_147_180_559_945_3
}
