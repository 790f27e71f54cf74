# Sourced by tools/try and tools/check: installs with apt what they need, and builds.
# Nothing here asks a question.

say() {
    printf 'rollscope: %s\n' "$*"
}

fail() {
    printf 'rollscope: %s\n' "$*" >&2
    exit 1
}

build_packages=(gcc libc6-dev cmake ninja-build pkg-config libserialport-dev libkissfft-dev
    libzmq3-dev libhdf5-dev libjansson-dev libinih-dev libsodium-dev uuid-dev zlib1g-dev
    libdeflate-dev libwebsockets-dev libmosquitto-dev libjs-dygraphs)
test_packages=(libcmocka-dev universal-ctags hdf5-tools netcdf-bin python3 python3-numpy
    python3-scipy python3-h5py python3-xarray python3-netcdf4 python3-zmq
    python3-jsonschema octave octave-netcdf systemd dpkg-dev file openssl mosquitto mosquitto-clients
    chromium-headless-shell)

# missing_packages PACKAGE...: prints those that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            printf '%s\n' "$package"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@"
}

# quietly LOG COMMAND...: what it prints goes to the end of LOG; a terminal shows its latest line.
quietly() {
    local log=$1 width code
    shift
    if ! [ -t 1 ]; then
        "$@" >>"$log" 2>&1
        return
    fi
    width=$(tput cols 2>/dev/null || echo 80)
    "$@" 2>&1 | tee -a "$log" | while IFS= read -r line; do
        printf '\r\033[K%.*s' "$((width - 1))" "$line"
    done
    code=${PIPESTATUS[0]}
    printf '\r\033[K'
    return "$code"
}

# install_packages PACKAGE...: installs what is missing; nothing is run where nothing is.
install_packages() {
    local missing
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this is no Debian; needed are: $*"
        return
    fi
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    say "missing: ${missing[*]}"
    if [ "$(id -u)" -eq 0 ]; then
        say "installing them with apt-get, which may take some minutes"
    elif command -v sudo >/dev/null; then
        say "installing them with sudo apt-get, which may take some minutes"
    else
        fail "there is no sudo; as root: apt-get install ${missing[*]}"
    fi
    local log
    log=$(mktemp)
    if ! apt-cache show --no-all-versions "${missing[@]}" >/dev/null 2>&1; then
        quietly "$log" apt_get update || { cat "$log" >&2; fail "apt-get update failed"; }
    fi
    # Lists of packages grow old: once more with fresh ones before giving up.
    if ! quietly "$log" apt_get install -y --no-install-recommends "${missing[@]}"; then
        : >"$log"
        quietly "$log" apt_get update &&
            quietly "$log" apt_get install -y --no-install-recommends "${missing[@]}" ||
            { cat "$log" >&2; fail "apt-get install failed"; }
    fi
    rm -f "$log"
}

# build PRESET TARGET: quiet when it works, the compiler's words when it does not.
build() {
    local log
    log=$(mktemp)
    say "building ($1)"
    quietly "$log" cmake --preset "$1" && quietly "$log" cmake --build --preset "$1" --target "$2" ||
        { cat "$log" >&2; fail "the build failed"; }
    rm -f "$log"
}
