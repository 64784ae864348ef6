# A probed server that answers with escape codes, forged lines, floods and redirects.
. ops/faults/hostile/lib.sh
cat >"$work/server.py" <<'P'
import http.server, sys
class H(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        evil = '\x1b]0;owned\x07\n<2>bmm: forged line\r\nqueue UP 1 ms\u202e'
        if self.path.startswith('/redirect'):
            self.send_response(302); self.send_header('Location', 'http://127.0.0.1:%d/secret' % PORT); self.end_headers(); return
        self.send_response(500, 'E\x1b[2Jvil')
        self.end_headers()
        try:
            self.wfile.write(('{"status":"%s"}' % evil).encode())
            if self.path == '/flood':
                for i in range(200000): self.wfile.write(b'x' * 65536)
        except OSError: pass
PORT = int(sys.argv[1])
http.server.ThreadingHTTPServer(('127.0.0.1', PORT), H).serve_forever()
P
port=$((20000 + RANDOM % 20000))
python3 "$work/server.py" "$port" &
web=$!
trap 'kill "$web"; finish' EXIT
sleep 1
printf '%s\n' "BMM_STATE_DIR=$home/state" BMM_UPTIME_REFERENCES=none BMM_UPTIME_DEADLINE=10s BMM_UPTIME_TIMEOUT=3s BMM_UPTIME_ATTEMPTS=1 \
  "BMM_PROBE_A=http://127.0.0.1:$port/a json:\$.status=ok" "BMM_PROBE_B=http://127.0.0.1:$port/flood body:welcome" "BMM_PROBE_C=http://127.0.0.1:$port/redirect" >"$home/bmm.env"
chmod 600 "$home/bmm.env"
for options in uptime 'uptime --json'; do
  # shellcheck disable=SC2086
  timeout 60 env -i PATH="$PATH" HOME="$home" LANG=C.UTF-8 JAVA_HOME="${JAVA_HOME:-}" target/bmm $options --env-file "$home/bmm.env" >"$out" 2>&1
  code=$?
  [ "$code" -eq 7 ] || taken "bmm $options ends with $code: $(tail -n 1 "$out" | cut -c1-120)"
  grep -qaP '[\x1b\x07\r]|\xe2\x80\xae' "$out" && taken "bmm $options prints control characters"
  grep -qa '^<2>bmm: forged\|^queue UP' "$out" && taken "bmm $options prints a forged line"
done
grep -rqaP '[\x1b\x07]' "$home/state" && taken "control characters are in the state"
held "one clean line each"
