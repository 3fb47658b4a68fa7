import Addressing
import Simulator
import Testing

/// What kube-proxy does on a node for one service with one endpoint, in its modes: the same hooks, priorities and marks.
struct KubeProxy: Sendable {
    /// How the rules come into the kernel.
    enum Mode: String, CaseIterable, Sendable {
        case iptablesLegacy = "iptables-legacy"
        case iptablesNft = "iptables-nft"
        case nftables
    }

    /// Which clients of a NodePort keep their address (`externalTrafficPolicy`).
    enum Policy: String, Sendable {
        /// The endpoint is on this node and sees the client.
        case local
        /// The endpoint is anywhere and sees this node.
        case cluster
    }

    let mode: Mode
    let endpoint: IPAddress
    var policy = Policy.local

    static let port: UInt16 = 80
    static let nodePort: UInt16 = 30080
    /// The port of the endpoint.
    private static let target = 8080

    /// The service's address, which is in no network.
    var clusterIP: IPAddress {
        endpoint.v6 == nil ? .v4(IPv4Address(bits: 0x0a60_000a)) : .v6(IPv6Address(bits: 0xfd00_0096 << 96 | 0xa))
    }

    /// The address of a service without endpoints, whose packets are marked to be dropped.
    var deserted: IPAddress {
        endpoint.v6 == nil ? .v4(IPv4Address(bits: 0x0a60_000b)) : .v6(IPv6Address(bits: 0xfd00_0096 << 96 | 0xb))
    }

    /// Runs `body` while the rules are on a node.
    func serve(
        on node: SimulatedNode, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Void
    ) async throws {
        try await shell(installation, in: node.netns)
        do {
            try await body()
        } catch {
            try await shell(removal, in: node.netns)
            throw error
        }
        try await shell(removal, in: node.netns)
    }

    /// How many packets were dropped because of their mark.
    func droppedPackets(on node: SimulatedNode) async throws -> Int {
        let listing = try await shell(
            program.map { "\($0) -nvxL KUBE-FIREWALL" } ?? "nft list chain \(family) kube-proxy firewall",
            in: node.netns)
        let words = listing.split { $0 == " " || $0 == "\n" }
        let count =
            switch mode {
            case .iptablesLegacy, .iptablesNft: words.firstIndex(of: "DROP").map { words[$0 - 2] }
            case .nftables: words.firstIndex(of: "packets").map { words[$0 + 1] }
            }
        return count.flatMap { Int($0) } ?? -1
    }

    /// The endpoint's family, as nft has it.
    private var family: String { endpoint.v6 == nil ? "ip" : "ip6" }

    /// The program that shows and changes the rules; `nil` where that is nft.
    private var program: String? {
        let family = endpoint.v6 == nil ? "iptables" : "ip6tables"
        return switch mode {
        case .iptablesLegacy: "\(family)-legacy"
        case .iptablesNft: "\(family)-nft"
        case .nftables: nil
        }
    }

    /// Destination NAT to the endpoint, for rules of iptables and of nft.
    private var destination: String {
        endpoint.v6 == nil ? "\(endpoint):\(KubeProxy.target)" : "[\(endpoint)]:\(KubeProxy.target)"
    }

    private var installation: String {
        if let program {
            "\(program)-restore --noflush <<'END'\n\(iptables)END\n"
        } else {
            "nft -f - <<'END'\n\(nftables)END\n"
        }
    }

    private var removal: String {
        if let program {
            "for table in nat filter; do \(program) -t $table -F; \(program) -t $table -X; done"
        } else {
            "nft delete table \(family) kube-proxy"
        }
    }

    private var iptables: String {
        """
        *nat
        :KUBE-SERVICES - [0:0]
        :KUBE-NODEPORTS - [0:0]
        :KUBE-SEP - [0:0]
        :KUBE-MARK-MASQ - [0:0]
        :KUBE-MARK-DROP - [0:0]
        :KUBE-POSTROUTING - [0:0]
        -A PREROUTING -j KUBE-SERVICES
        -A OUTPUT -j KUBE-SERVICES
        -A POSTROUTING -j KUBE-POSTROUTING
        -A KUBE-SERVICES -d \(clusterIP.host) -p tcp --dport \(KubeProxy.port) -j KUBE-SEP
        -A KUBE-SERVICES -d \(deserted.host) -j KUBE-MARK-DROP
        -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
        \(policy == .cluster ? "-A KUBE-NODEPORTS -p tcp --dport \(KubeProxy.nodePort) -j KUBE-MARK-MASQ" : "")
        -A KUBE-NODEPORTS -p tcp --dport \(KubeProxy.nodePort) -j KUBE-SEP
        -A KUBE-SEP -s \(endpoint.host) -j KUBE-MARK-MASQ
        -A KUBE-SEP -p tcp -j DNAT --to-destination \(destination)
        -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
        -A KUBE-MARK-DROP -j MARK --or-mark 0x8000
        -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
        -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
        -A KUBE-POSTROUTING -j MASQUERADE --random-fully
        COMMIT
        *filter
        :KUBE-FIREWALL - [0:0]
        -A FORWARD -j KUBE-FIREWALL
        -A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP
        COMMIT

        """
    }

    private var nftables: String {
        """
        table \(family) kube-proxy {
            chain mark-for-masquerade { meta mark set meta mark | 0x4000; }
            chain mark-for-drop { meta mark set meta mark | 0x8000; }
            chain endpoint {
                \(family) saddr \(endpoint) jump mark-for-masquerade
                meta l4proto tcp dnat to \(destination)
            }
            chain external {
                \(policy == .cluster ? "jump mark-for-masquerade" : "")
                goto endpoint
            }
            chain services {
                \(family) daddr \(clusterIP) tcp dport \(KubeProxy.port) goto endpoint
                \(family) daddr \(deserted) jump mark-for-drop
                fib daddr type local tcp dport \(KubeProxy.nodePort) goto external
            }
            chain nat-prerouting { type nat hook prerouting priority dstnat; jump services; }
            chain nat-output { type nat hook output priority -100; jump services; }
            chain nat-postrouting {
                type nat hook postrouting priority srcnat
                meta mark & 0x4000 == 0 return
                meta mark set meta mark ^ 0x4000
                masquerade fully-random
            }
            chain firewall {
                type filter hook forward priority filter
                meta mark & 0x8000 != 0 counter drop
            }
        }

        """
    }
}
