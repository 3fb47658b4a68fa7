import CCurl
import Glibc
import HTTPTypes

/// What libcurl calls while a transfer runs, on the I/O thread.
extension Transfer {
    /// How long the kernel waits for the acknowledgement of what was sent.
    static let longestSilence = Duration.seconds(15)

    func setCallbacks() {
        let this = Unmanaged.passUnretained(self).toOpaque()
        curl_set_pointer(easy, CURLOPT_PRIVATE, this)
        curl_set_pointer(easy, CURLOPT_HEADERDATA, this)
        curl_set_pointer(easy, CURLOPT_WRITEDATA, this)
        curl_set_pointer(easy, CURLOPT_PREREQDATA, this)
        curl_set_receiver(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, this in
            guard let this, let bytes else { return 0 }
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Unmanaged<Transfer>.fromOpaque(this).takeUnretainedValue().receiveHeader(line) ? line.count : 0
        }
        curl_set_receiver(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, this in
            guard let this, let bytes else { return 0 }
            let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return Unmanaged<Transfer>.fromOpaque(this).takeUnretainedValue().receiveBody(chunk) ? chunk.count : 0
        }
        curl_set_socket_option(easy) { _, socket, _ in
            // libcurl 7.88 leaves it out. A program that the daemon runs would hold the connection open.
            guard fcntl(socket, F_SETFD, FD_CLOEXEC) == 0 else { return CURL_SOCKOPT_ERROR }
            // A server that is gone without a word is found out by what it does not acknowledge, and its connection ends
            // with all requests on it (tcp(7)). Without this the kernel goes on for a quarter of an hour.
            var limit = UInt32(Transfer.longestSilence / .milliseconds(1))
            let size = socklen_t(MemoryLayout.size(ofValue: limit))
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &limit, size)
            return CURL_SOCKOPT_OK
        }
        curl_set_prerequest(easy) { this, _, _, _, _ in
            guard let this else { return CURL_PREREQFUNC_ABORT }
            let maySend = Unmanaged<Transfer>.fromOpaque(this).takeUnretainedValue().beginAttempt()
            return maySend ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
    }

    /// Whether the request may be sent now.
    ///
    /// Where a connection that was used before closes without a byte of a reply, libcurl sends the request again on a
    /// new one, whatever its method (`Curl_retry_request` in lib/transfer.c). The server may have carried it out.
    private func beginAttempt() -> Bool {
        guard attempts == 0 || exchange.request.method.isIdempotent else {
            failure = .interrupted("\(exchange.target.authority) closed the connection before it replied")
            return false
        }
        attempts += 1
        return true
    }

    private func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        head.receive(line)
        guard head.size <= configuration.maximumHeaderSize else {
            failure = .responseTooLarge(limit: configuration.maximumHeaderSize)
            return false
        }
        return true
    }

    private func receiveBody(_ chunk: UnsafeRawBufferPointer) -> Bool {
        guard body.count + chunk.count <= configuration.maximumBodySize else {
            body = []
            failure = .responseTooLarge(limit: configuration.maximumBodySize)
            return false
        }
        body.append(contentsOf: chunk)
        return true
    }
}

/// Status and headers, as they come in.
struct ResponseHead {
    var fields: HTTPFields = [:]
    /// The bytes of all lines so far.
    var size = 0
    /// Whether the empty line after the headers came.
    private(set) var isComplete = false

    /// Takes a line with its end. An interim reply (100, 103) begins a new head; trailers are left out.
    mutating func receive(_ line: UnsafeRawBufferPointer) {
        size += line.count
        if line.starts(with: "HTTP/".utf8) {
            fields = [:]
            isComplete = false
            return
        }
        let text = line.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        guard !text.isEmpty else {
            isComplete = true
            return
        }
        guard !isComplete, let colon = text.firstIndex(of: UInt8(ascii: ":")),
            let name = HTTPField.Name(String(decoding: text[..<colon], as: UTF8.self))
        else { return }
        fields.append(HTTPField(name: name, value: text[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }))
    }
}
