# A team's repository, which has changed a manifest since origin/main. `ROOT` is ours.
mkdir -p deploy charts/web/templates
cp "$ROOT"/examples/tenants/sound/*.yaml deploy/
ringfence settings init --profile baseline > ringfence.yaml
cat > charts/web/Chart.yaml <<'END'
apiVersion: v2
name: web
version: 1.0.0
END
cat > charts/web/templates/pod.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: "{{ .Values.image }}"}
END
echo 'image: registry.example/web:1.0' > values.yaml
git init --quiet --initial-branch main
git add .
git -c user.name=team -c user.email=team@example.com -c commit.gpgsign=false commit --quiet --message 'A shop'
git update-ref refs/remotes/origin/main HEAD
cp charts/web/templates/pod.yaml deploy/web.yaml
sed -i 's|{{ .Values.image }}|registry.example/web:1.1|' deploy/web.yaml
