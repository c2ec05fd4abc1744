"""The Kubernetes manifests: they fit the published schemas, the settings, the routes, and each other."""

import re
from copy import deepcopy

import kubernetes_validate
import pytest
import yaml

from server import create_app
from server.data_folder import KEY_FILES
from server.settings import PREFIX, SECRETS, Settings

VERSION = "1.34"
OVERLAYS = ("school", "university")


@pytest.fixture(scope="module")
def folder(repository):
    return repository / "deploy" / "kubernetes"


def documents(file):
    return [one for one in yaml.safe_load_all(file.read_text()) if one is not None]


def merged(base, patch):
    """As kustomize merges mappings; no patch here touches a list."""
    result = deepcopy(base)
    for key, value in patch.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def built(folder, overlay):
    """The resources of an overlay by kind and name, as `kubectl apply -k` would send them."""
    kustomization = documents(folder / "base" / "kustomization.yaml")[0]
    found = {
        (one["kind"], one["metadata"]["name"]): one
        for name in kustomization["resources"]
        for one in documents(folder / "base" / name)
    }
    for patch in documents(folder / "overlays" / overlay / "kustomization.yaml")[0].get("patches", []):
        for one in documents(folder / "overlays" / overlay / patch["path"]):
            key = (one["kind"], one["metadata"]["name"])
            assert key in found, f"{overlay} changes what is not there: {key}"
            found[key] = merged(found[key], one)
    for one in found.values():
        one["metadata"]["namespace"] = kustomization["namespace"]
        if "template" in one.get("spec", {}):
            labels = one["spec"]["template"]["metadata"]["labels"]
            labels |= kustomization["labels"][0]["pairs"]
    return found


@pytest.fixture(scope="module", params=OVERLAYS)
def resources(folder, request):
    return built(folder, request.param)


def pods(resources):
    """Kind, name, labels and content of everything that runs."""
    return [
        (key, one["spec"]["template"]["metadata"]["labels"], one["spec"]["template"]["spec"])
        for key, one in resources.items()
        if "template" in one.get("spec", {})
    ]


def test_every_resource_fits_its_schema(resources):
    for resource in resources.values():
        kubernetes_validate.validate(resource, VERSION, strict=True)


def test_a_wrong_field_would_be_noticed(resources):
    wrong = merged(resources["Deployment", "web"], {"spec": {"replica": 2}})
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSION, strict=True)


def test_every_file_is_used(folder):
    used = set(documents(folder / "base" / "kustomization.yaml")[0]["resources"])
    assert used == {one.name for one in (folder / "base").iterdir()} - {"kustomization.yaml"}
    for overlay in (folder / "overlays").iterdir():
        patches = {one["path"] for one in documents(overlay / "kustomization.yaml")[0].get("patches", [])}
        assert patches == {one.name for one in overlay.iterdir()} - {"kustomization.yaml"}


def test_every_setting_exists_and_its_value_fits(resources, monkeypatch):
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    files = {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS}
    for _, _, pod in pods(resources):
        (container,) = pod["containers"]
        variables = dict(resources["ConfigMap", "face-check-in"]["data"])
        variables |= {one["name"]: one["value"] for one in container.get("env", [])}
        assert set(variables) <= known | files
        values = {name[len(PREFIX) :].lower(): value for name, value in variables.items() if name in known}
        Settings(**values)


def test_every_secret_is_a_file_of_the_secret(resources):
    for name, value in resources["ConfigMap", "face-check-in"]["data"].items():
        if name.endswith("_FILE"):
            assert value == f"/run/secrets/face-check-in/{name[len(PREFIX) : -len('_FILE')].lower()}"
        else:
            assert name[len(PREFIX) :].lower() not in SECRETS


def test_pods_share_no_volume_and_are_given_every_key(resources):
    """What a key's setting does not give would be made in the pod's own folder, and be lost with it."""
    kinds = {kind for _, _, pod in pods(resources) for one in pod["volumes"] for kind in set(one) - {"name"}}
    assert kinds == {"emptyDir", "secret"}
    given = resources["ConfigMap", "face-check-in"]["data"]
    assert {f"{PREFIX}{name.upper()}_FILE" for name in KEY_FILES.values()} <= set(given)


def test_nothing_runs_as_root_or_writes_but_where_it_may(resources):
    for _, _, pod in pods(resources):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        volumes = {one["name"]: one for one in pod["volumes"]}
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert {one["name"] for one in container["volumeMounts"]} == set(volumes)
            assert container["resources"]["limits"]["memory"]


def test_the_user_is_the_image_s(repository, resources):
    uid = int(re.search(r"--uid (\d+)", (repository / "Dockerfile").read_text())[1])
    assert {pod["securityContext"]["runAsUser"] for _, _, pod in pods(resources)} == {uid}


def test_probes_ask_what_the_server_answers(resources, tmp_path):
    routes = {rule.rule for rule in create_app(Settings(data_dir=tmp_path / "data")).url_map.iter_rules()}
    (container,) = resources["Deployment", "web"]["spec"]["template"]["spec"]["containers"]
    asked = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]
    assert {one["path"] for one in asked} <= routes
    assert {one["port"] for one in asked} == {container["ports"][0]["name"]}


def test_prometheus_finds_the_figures_of_every_pod_that_stays(resources):
    """At the port that the process listens on, which a policy lets it reach from where Prometheus is."""
    for name, policy in (("web", "web-is-asked"), ("jobs", "jobs-are-watched")):
        template = resources["Deployment", name]["spec"]["template"]
        (container,) = template["spec"]["containers"]
        port = int(template["metadata"]["annotations"]["prometheus.io/port"])
        assert port == container["ports"][0]["containerPort"]
        (rule,) = resources["NetworkPolicy", policy]["spec"]["ingress"]
        assert {"protocol": "TCP", "port": port} in rule["ports"]
        namespaces = [one["namespaceSelector"]["matchLabels"] for one in rule["from"]]
        assert {"kubernetes.io/metadata.name": "monitoring"} in namespaces
    variables = {one["name"]: one["value"] for one in container["env"]}
    assert variables["FACE_CHECKIN_METRICS_PORT"] == str(port)


def test_stopping_leaves_time_for_what_is_under_way(resources):
    pod = resources["Deployment", "web"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    wait = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    graceful = next(int(one["value"]) for one in container["env"] if one["name"].endswith("GRACEFUL_TIMEOUT"))
    assert wait + graceful < pod["terminationGracePeriodSeconds"]


def test_what_selects_pods_finds_some(resources):
    labels = [own for _, own, _ in pods(resources)]

    def finds(selector):
        wanted = selector.get("matchLabels", {}).items()
        expressions = selector.get("matchExpressions", [])
        return any(
            wanted <= own.items() and all(own.get(one["key"]) in one["values"] for one in expressions)
            for own in labels
        )

    assert finds({"matchLabels": resources["Service", "web"]["spec"]["selector"]})
    assert finds(resources["PodDisruptionBudget", "web"]["spec"]["selector"])
    for (kind, _), resource in resources.items():
        if kind == "NetworkPolicy":
            assert finds(resource["spec"]["podSelector"])
    assert not finds({"matchLabels": {"app.kubernetes.io/component": "nobody"}})


def test_nothing_is_reached_that_no_policy_allows(resources):
    nothing = resources["NetworkPolicy", "nothing"]["spec"]
    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_the_autoscaler_reads_what_the_server_tells(folder, repository, resources):
    rules = documents(folder / "prometheus-adapter.yaml")[0]["rules"]["custom"]
    scaler = resources["HorizontalPodAutoscaler", "web"]["spec"]
    read = {one["pods"]["metric"]["name"] for one in scaler["metrics"] if one["type"] == "Pods"}
    assert read == {rule["name"]["as"] for rule in rules}
    exported = (repository / "server" / "metrics.py").read_text()
    for rule in rules:
        series = rule["seriesQuery"].partition("{")[0].removesuffix("_bucket").removesuffix("_count")
        assert f'"{series}"' in exported
    assert ("Deployment", scaler["scaleTargetRef"]["name"]) in resources
    assert scaler["minReplicas"] <= scaler["maxReplicas"]
