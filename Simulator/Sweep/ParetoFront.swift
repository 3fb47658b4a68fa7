/// Which of several things no other one beats.
enum ParetoFront {
    /// Two figures of which less is better.
    struct Point: Hashable, Sendable {
        var x: Double
        var y: Double

        /// Whether it is nowhere worse, and somewhere better.
        func beats(_ other: Point) -> Bool { x <= other.x && y <= other.y && self != other }
    }

    /// For each of the points, whether no other one beats it. Equal points do not beat each other.
    static func contains(_ points: [Point]) -> [Bool] {
        var isBest = [Bool](repeating: false, count: points.count)
        var least = Double.infinity
        var last: Point?
        // By rising x, and with equal x by rising y: a point is beaten by one before it, or not at all.
        for index in points.indices.sorted(by: { (points[$0].x, points[$0].y) < (points[$1].x, points[$1].y) }) {
            guard points[index].y < least || points[index] == last else { continue }
            isBest[index] = true
            least = points[index].y
            last = points[index]
        }
        return isBest
    }
}
