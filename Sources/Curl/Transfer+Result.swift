import CCurl

extension Transfer {
    /// What the caller gets, now that libcurl has finished.
    func result(_ code: CURLcode) -> Result<HTTPResponse, HTTPError> {
        if let failure { return .failure(failure) }
        guard code == CURLE_OK else { return .failure(error(code)) }
        guard head.isComplete else {
            // libcurl takes it for a reply without a body.
            return .failure(.interrupted("\(exchange.target.authority): the connection ended within the headers"))
        }
        var status = 0
        curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return .success(HTTPResponse(status: status, headers: head.fields, body: body))
    }

    /// Why it ends when its time is up.
    var lateness: HTTPError {
        let total = exchange.timeouts.total
        guard attempts > 0 else {
            return .connectionFailed("\(exchange.target.authority) was not connected within \(total)")
        }
        return .timedOut(
            "\(exchange.target.authority) sent \(body.count) bytes of a body, and no end of it, in \(total)")
    }

    private func error(_ code: CURLcode) -> HTTPError {
        // What libcurl says of a proxy that it can't use cites its URL, in which there may be a password.
        let isMute = reason.isEmpty || proxy.map(reason.contains) ?? false
        let words = isMute ? String(cString: curl_easy_strerror(code)) : reason
        let text = "\(exchange.target.authority): \(words)"
        // The request was begun, so nobody knows how much of it the server has seen.
        guard attempts == 0 else { return code == CURLE_OPERATION_TIMEDOUT ? .timedOut(text) : .interrupted(text) }
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT:
            return .invalidRequest(words)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return .nameNotResolved(text)
        case CURLE_OPERATION_TIMEDOUT where words.hasPrefix("Resolving timed out"):
            return .nameNotResolved(text)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_INVALIDCERTSTATUS:
            return .tls(text)
        default:
            return .connectionFailed(text)
        }
    }
}
