import Glibc

extension NetlinkSocket {
    /// Deletes any number of links so that they share the kernel's grace periods: all are moved to one group, and the
    /// group is deleted with one request. Links that are gone already are passed over.
    ///
    /// - Parameter trashGroup: a group in which nothing is kept; whatever is in it is deleted too.
    /// - Throws: the first ``NetlinkError``, after everything was tried.
    public func deleteLinks(_ names: [String], trashGroup: UInt32) throws(NetlinkError) {
        let moves = names.map { Request.changeLink(.name($0), LinkChange(group: trashGroup)) }
        for outcome in try send(moves) + send([.deleteLinks(group: trashGroup)]) {
            do {
                _ = try outcome.get()
            } catch  where error.code == ENODEV {}
        }
    }
}
