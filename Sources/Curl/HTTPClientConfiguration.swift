import Glibc

/// What an ``HTTPClient`` does for every request.
public struct HTTPClientConfiguration: Sendable {
    /// A certificate that the client shows to servers that ask for one (mTLS).
    public struct ClientCertificate: Hashable, Sendable {
        /// A PEM file with the certificate, followed by those that lead to the CA.
        public var certificatePath: String
        /// A PEM file with its private key, not encrypted.
        public var keyPath: String

        public init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }
    }

    /// For the requests that don't bring their own.
    public var timeouts = HTTPTimeouts()
    /// The largest body of a reply, after decompression, in bytes.
    public var maximumBodySize = 8 << 20
    /// The headers of a reply together, in bytes.
    public var maximumHeaderSize = 64 << 10
    /// A PEM file with the CAs to trust instead of the system's.
    public var caBundlePath: String?
    public var clientCertificate: ClientCertificate?
    public var proxy = HTTPProxy.environment
    /// To one host and port.
    public var maximumConnectionsPerHost = 32
    /// Requests that are under way at once; the others wait, first come, first served.
    public var maximumConcurrentRequests = 1_000
    public var userAgent = "warmpool"
    /// The I/O thread's name, as `ps -L` shows it; at most 15 bytes.
    public var threadName = "http-client"

    public init() {}
}

/// Through which proxies requests go.
public struct HTTPProxy: Hashable, Sendable {
    /// The proxy's URL for `http://` requests.
    public var http: String?
    /// The proxy's URL for `https://` requests, which go through it as a tunnel.
    public var https: String?
    /// Hosts, domains and networks to reach directly, separated by commas; `*` for all.
    public var exceptions: String

    public init(http: String? = nil, https: String? = nil, exceptions: String = "") {
        self.http = http
        self.https = https
        self.exceptions = exceptions
    }

    /// What `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say, or all but the first in upper case: a web
    /// server puts a client's `Proxy:` header into `HTTP_PROXY`, which is why curl doesn't read that either.
    public init(environment: [String: String]) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        http = value("http_proxy", "all_proxy", "ALL_PROXY")
        https = value("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
        exceptions = value("no_proxy", "NO_PROXY") ?? ""
    }

    /// Every request goes to its server directly.
    public static let none = HTTPProxy()

    /// What the environment of this process says now.
    public static var environment: HTTPProxy {
        let names = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]
        return HTTPProxy(
            environment: (names + names.map { $0.uppercased() }).reduce(into: [:]) { environment, name in
                environment[name] = getenv(name).map { String(cString: $0) }
            })
    }
}
