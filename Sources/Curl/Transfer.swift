import CCurl
import HTTPTypes

/// One exchange under way, with the easy handle that it owns. It lives on the I/O thread alone.
final class Transfer {
    let exchange: Exchange
    let continuation: Exchange.Continuation
    /// Is taken off the multi handle before this object goes.
    let easy: UnsafeMutableRawPointer
    let configuration: HTTPClientConfiguration
    /// The headers that libcurl reads until the transfer ends.
    private var lines: UnsafeMutablePointer<curl_slist>?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// The line of the date that this libcurl would send twice.
    var dateLine: DateLine?

    /// How often libcurl began to send the request: more than once where a connection that it used again was dead.
    var attempts = 0
    /// Why a callback ended the transfer.
    var failure: HTTPError?
    var head = ResponseHead()
    var body: [UInt8] = []

    /// Sets all options, and starts nothing.
    ///
    /// - Throws: ``HTTPError/invalidRequest(_:)`` or, without memory, ``HTTPError/connectionFailed(_:)``.
    init(
        _ exchange: Exchange, _ continuation: Exchange.Continuation, _ configuration: HTTPClientConfiguration
    ) throws(HTTPError) {
        guard let easy = curl_easy_init() else { throw .connectionFailed("no memory for a transfer") }
        self.exchange = exchange
        self.continuation = continuation
        self.easy = easy
        self.configuration = configuration
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try check(curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText))
        setCallbacks()
        try setConnection()
        try setRequest()
        try setHeaders()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(lines)
        errorText.deallocate()
    }

    /// The transfer that an easy handle belongs to.
    static func of(_ easy: UnsafeMutableRawPointer) -> Transfer? {
        var pointer: UnsafeMutableRawPointer?
        guard curl_get_private(easy, &pointer) == CURLE_OK, let pointer else { return nil }
        return Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// libcurl's words for what went wrong; empty where it has none.
    var reason: String { String(cString: errorText) }

    /// The URL of the proxy, where the request may go through one.
    var proxy: String? {
        let isDirect = exchange.request.bypassesProxy
        return isDirect ? nil : exchange.target.isSecure ? configuration.proxy.https : configuration.proxy.http
    }

    private func check(_ code: CURLcode) throws(HTTPError) {
        guard code == CURLE_OK else { throw .invalidRequest(String(cString: curl_easy_strerror(code))) }
    }

    private func setConnection() throws(HTTPError) {
        try check(curl_set_long(easy, CURLOPT_NOSIGNAL, 1))
        // A thread that still resolves a name is left to itself; else the I/O thread would wait for it when the
        // transfer is cancelled or late.
        try check(curl_set_long(easy, CURLOPT_QUICK_EXIT, 1))
        try check(curl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"))
        try check(curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1))
        try check(curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, exchange.timeouts.connect.count(of: .milliseconds(1))))
        // Where it can't come before the deadline, it must not come at the same time: of the two, only the deadline
        // closes a connection of HTTP/2.
        if exchange.timeouts.idle < exchange.timeouts.total {
            try check(curl_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, 1))
            try check(curl_set_long(easy, CURLOPT_LOW_SPEED_TIME, exchange.timeouts.idle.count(of: .seconds(1))))
        }

        // Always set, so that libcurl never reads the environment, which another thread may be changing.
        try check(curl_set_string(easy, CURLOPT_PROXY, proxy ?? ""))
        try check(curl_set_string(easy, CURLOPT_NOPROXY, configuration.proxy.exceptions))
        try check(curl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1))

        try check(curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1))
        try check(curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2))
        try check(curl_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)))
        if let path = configuration.caBundlePath {
            try check(curl_set_string(easy, CURLOPT_CAINFO, path))
            // The directory of the system's CAs, which Debian builds in.
            try check(curl_set_string(easy, CURLOPT_CAPATH, nil))
        }
        // So that a renewed bundle is read (libcurl's own default is a day).
        try check(curl_set_long(easy, CURLOPT_CA_CACHE_TIMEOUT, 60))
        if let certificate = configuration.clientCertificate {
            try check(curl_set_string(easy, CURLOPT_SSLCERT, certificate.certificatePath))
            try check(curl_set_string(easy, CURLOPT_SSLKEY, certificate.keyPath))
        }
    }

    private func setRequest() throws(HTTPError) {
        let request = exchange.request
        try check(curl_set_string(easy, CURLOPT_URL, exchange.target.url))
        try check(curl_set_string(easy, CURLOPT_USERAGENT, configuration.userAgent))
        // Whatever libcurl can decompress.
        try check(curl_set_string(easy, CURLOPT_ACCEPT_ENCODING, ""))
        let method = request.method
        if method == .head {
            try check(curl_set_long(easy, CURLOPT_NOBODY, 1))
        } else if let body = request.body ?? (method == .get || method == .delete ? nil : []) {
            try check(curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            try check(
                body.isEmpty
                    ? curl_set_string(easy, CURLOPT_COPYPOSTFIELDS, "")
                    : body.withUnsafeBytes { curl_set_string(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) })
            if method != .post { try check(curl_set_string(easy, CURLOPT_CUSTOMREQUEST, method.rawValue)) }
        } else {
            try check(curl_set_long(easy, CURLOPT_HTTPGET, 1))
            if method != .get { try check(curl_set_string(easy, CURLOPT_CUSTOMREQUEST, method.rawValue)) }
        }
        if let signature = request.signature {
            try check(curl_set_string(easy, CURLOPT_AWS_SIGV4, signature.parameters))
            try check(curl_set_string(easy, CURLOPT_USERNAME, signature.accessKeyID))
            try check(curl_set_string(easy, CURLOPT_PASSWORD, signature.secretAccessKey))
        }
    }

    private func setHeaders() throws(HTTPError) {
        let request = exchange.request
        for field in request.headers {
            // A colon with nothing after it would take the header away.
            try append(field.value.isEmpty ? "\(field.name.rawName);" : "\(field.name.rawName): \(field.value)")
        }
        if let signature = request.signature {
            if let token = signature.sessionToken { try append("X-Amz-Security-Token: \(token)") }
            if let date = signature.date {
                let line = try append("X-Amz-Date: \(date)")
                if AWSSignature.dateIsSentTwice { hideDate(line) }
            }
        } else {
            // No type that nobody asked for, and no wait for a "100 Continue". Signed requests would sign these lines.
            if request.headers[.contentType] == nil { try append("Content-Type:") }
            try append("Expect:")
        }
        try check(curl_set_list(easy, CURLOPT_HTTPHEADER, lines))
    }

    /// Returns libcurl's copy of the line.
    @discardableResult
    private func append(_ line: String) throws(HTTPError) -> UnsafeMutablePointer<CChar> {
        guard let list = curl_slist_append(lines, line) else { throw .connectionFailed("no memory for a header") }
        lines = list
        var last = list
        while let next = last.pointee.next { last = next }
        return last.pointee.data
    }
}

extension Duration {
    /// How many of a unit it takes to last as long.
    fileprivate func count(of unit: Duration) -> Int {
        let count = (self / unit).rounded(.up)
        // libcurl's limit for what it counts in milliseconds and 32 bits.
        return Int(min(count, Double(Int32.max / 1_000)))
    }
}
