import CCurl
import Glibc

/// libcurl before 8.3 sends an `X-Amz-Date` that it is given twice: among the request's headers and with the signature.
/// A server would see the value `DATE,DATE`, and another signature. So the header is emptied, by which libcurl leaves it
/// out, as soon as the signature is made: it says "Server auth using AWS_SIGV4" to the debug callback between the two
/// (`Curl_http` in lib/http.c: `Curl_http_output_auth`, then `Curl_add_custom_headers`).
struct DateLine {
    /// The first character after the name and its colon, in libcurl's list.
    let value: UnsafeMutablePointer<CChar>
    let first: CChar

    /// - Parameter line: `Name: value`, as long as the transfer lives.
    init?(_ line: UnsafeMutablePointer<CChar>) {
        guard let colon = strchr(line, Int32(UInt8(ascii: ":"))) else { return nil }
        value = colon + 1
        first = value.pointee
    }
}

extension Transfer {
    func hideDate(_ line: UnsafeMutablePointer<CChar>) {
        dateLine = DateLine(line)
        curl_set_pointer(easy, CURLOPT_DEBUGDATA, Unmanaged.passUnretained(self).toOpaque())
        curl_set_debug(easy) { _, kind, text, count, this in
            guard let this, let line = Unmanaged<Transfer>.fromOpaque(this).takeUnretainedValue().dateLine else {
                return 0
            }
            let isSigned =
                kind == CURLINFO_TEXT
                && UnsafeRawBufferPointer(start: text, count: count).starts(with: "Server auth using AWS_SIGV4".utf8)
            // Back again afterwards, for the case that libcurl signs a second time for a second connection.
            line.value.pointee = isSigned ? 0 : line.first
            return 0
        }
        // Without it, the debug callback is not called. Nothing of what it is told goes anywhere.
        curl_set_long(easy, CURLOPT_VERBOSE, 1)
    }
}
