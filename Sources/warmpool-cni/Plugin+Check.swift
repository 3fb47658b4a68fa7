import CNI
import ControlProtocol
import Netlink
import PodNetwork

extension Plugin {
    /// CHECK: the daemon's record, the previous result and the kernel must agree.
    func check(
        _ pod: PodInterface, _ namespace: CNI.NetworkNamespace, _ previous: CNIResult
    ) throws(CNIError) {
        let podNamespace = try open(namespace)
        do {
            let granted: PodAddress = try daemon.call(.check(identity(pod)), within: .seconds(10))
            let reported = previous.addresses(of: pod.name).map(\.address)
            guard reported.sorted() == granted.addresses.all else {
                let list = reported.map(\.description).joined(separator: ", ")
                let words = list.isEmpty ? "no address" : "the address\(reported.count == 1 ? "" : "es") \(list)"
                throw CNIError(
                    .checkFailed,
                    "prevResult gives \(pod.name) \(words), the daemon's record \(granted.addresses)")
            }
            let host = try NetlinkSocket()
            let inside = try NetlinkSocket(entering: podNamespace, returningTo: .current())
            try network(granted).check(
                spec(pod, granted, host: host, pod: inside), host: host, pod: inside)
        } catch {
            throw cniError(error)
        }
    }

    /// STATUS: whether pods can be served now or within the time of a refill.
    func status() throws(CNIError) {
        do {
            let readiness: Readiness = try daemon.call(.status, within: .seconds(2))
            guard readiness.isReady else {
                throw CNIError(.notAvailable, readiness.reason ?? "warmpoold is not ready")
            }
        } catch let error as CNIError {
            throw error
        } catch {
            throw CNIError(.notAvailable, "\(error)")
        }
    }
}
