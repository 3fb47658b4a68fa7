import Glibc

extension NetlinkSocket {
    /// Deletes any number of links so that they share the kernel's grace periods: all are moved to one group, and the
    /// group is deleted with one request. Links that are gone already are passed over.
    ///
    /// - Parameter trashGroup: a group in which nothing is kept; whatever is in it is deleted too.
    /// - Returns: why links are still there, by their names; empty when all are gone.
    /// - Throws: a ``NetlinkError`` where the kernel could not be asked.
    public func deleteLinks(_ names: [String], trashGroup: UInt32) throws(NetlinkError) -> [String: NetlinkError] {
        let moves = try send(names.map { .changeLink(.name($0), LinkChange(group: trashGroup)) })
        var failures: [String: NetlinkError] = [:]
        for (name, outcome) in zip(names, moves) {
            if case .failure(let error) = outcome, error.code != ENODEV { failures[name] = error }
        }
        if case .failure(let error)? = try send([.deleteLinks(group: trashGroup)]).first, error.code != ENODEV {
            for name in names { failures[name] = failures[name] ?? error }
        }
        return failures
    }
}
