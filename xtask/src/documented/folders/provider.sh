# What the provider is started with: the module, settings, a certificate of its own. `ROOT` is ours.
cp "$ROOT/dist/policy.wasm" .
echo '{"profile": "baseline"}' > settings.json
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout tls.key -out tls.crt 2> openssl.log
