/// Nodes of one class, by which the best node that fits is found without a look at every one.
///
/// A tournament over the nodes: each branch knows the best key and the most free amount of each resource below it, so
/// that whole branches are left out of a search. (The amounts may be of different nodes: a branch that seems to fit may
/// hold none, which costs time and nothing else.)
struct FitTree {
    /// The nodes in the order in which they were added.
    private(set) var nodes: [Int] = []
    /// The number of resources.
    private let width: Int
    /// A power of two: how many leaves there are.
    private var capacity = 1
    /// The best key of each branch; the root is number 1, and the children of `i` are `2i` and `2i + 1`.
    private var keys: [Double]
    /// The most free amounts, ``width`` of them for each branch.
    private var free: [Int64]

    private static let nothing = -Double.infinity

    init(width: Int) {
        self.width = width
        keys = [FitTree.nothing, FitTree.nothing]
        free = Array(repeating: .min, count: 2 * width)
    }

    /// Adds a node.
    ///
    /// - Returns: the leaf by which it is updated.
    mutating func append(_ node: Int, key: Double, free amounts: ArraySlice<Int64>) -> Int {
        if nodes.count == capacity { grow() }
        nodes.append(node)
        update(nodes.count - 1, key: key, free: amounts)
        return nodes.count - 1
    }

    /// Tells of a change of the node at a leaf.
    mutating func update(_ leaf: Int, key: Double, free amounts: ArraySlice<Int64>) {
        var branch = capacity + leaf
        keys[branch] = key
        for (resource, amount) in amounts.enumerated() { free[branch * width + resource] = amount }
        while branch > 1 {
            branch /= 2
            join(branch)
        }
    }

    /// The node with the best key of those that have the amounts free and are allowed; of equal ones the first.
    ///
    /// - Parameter requests: an amount of 0 is not looked at.
    func best(_ requests: [Int64], where isAllowed: (Int) -> Bool) -> Int? {
        var found: (leaf: Int, key: Double)?
        search(1, requests, &found, isAllowed)
        return found.map { nodes[$0.leaf] }
    }

    private func search(
        _ branch: Int, _ requests: [Int64], _ found: inout (leaf: Int, key: Double)?, _ isAllowed: (Int) -> Bool
    ) {
        let key = keys[branch]
        guard key > found?.key ?? FitTree.nothing else { return }
        for resource in 0..<width where requests[resource] > 0 && requests[resource] > free[branch * width + resource] {
            return
        }
        if branch >= capacity {
            if isAllowed(nodes[branch - capacity]) { found = (branch - capacity, key) }
        } else if keys[2 * branch + 1] > keys[2 * branch] {
            search(2 * branch + 1, requests, &found, isAllowed)
            search(2 * branch, requests, &found, isAllowed)
        } else {
            search(2 * branch, requests, &found, isAllowed)
            search(2 * branch + 1, requests, &found, isAllowed)
        }
    }

    private mutating func join(_ branch: Int) {
        let (left, right) = (2 * branch, 2 * branch + 1)
        keys[branch] = max(keys[left], keys[right])
        for resource in 0..<width {
            free[branch * width + resource] = max(free[left * width + resource], free[right * width + resource])
        }
    }

    private mutating func grow() {
        let leaves = keys[capacity...]
        let amounts = free[(capacity * width)...]
        capacity *= 2
        keys =
            Array(repeating: FitTree.nothing, count: capacity) + leaves
            + Array(repeating: FitTree.nothing, count: capacity - leaves.count)
        free =
            Array(repeating: .min, count: capacity * width) + amounts
            + Array(repeating: .min, count: capacity * width - amounts.count)
        for branch in (1..<capacity).reversed() { join(branch) }
    }
}
