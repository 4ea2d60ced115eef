# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# bash completion for crosspoint

_crosspoint_names() {
    local what
    for what; do
        "${COMP_WORDS[0]}" list "$what" 2>/dev/null | awk 'NF == 0 { exit } /^[^ ]/ { print $1 }'
    done
}

_crosspoint() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words='' head=''
    local measure='--profile --rule --rules --filter --blocks --launch-ms --workers --conc --place --key --seed --out --like
        --timeout --quiet --runtime --python --plugin
        --command --python-task --args --path --help'

    if ((COMP_CWORD == 1)); then
        words='run bench advise rules report compare track fleet export list topo selftest serve load --help'
    elif [[ $word == -* ]]; then
        case $command in
        run) words="--dry-run --resume $measure" ;;
        bench)
            words='--benchmark_filter= --benchmark_format= --benchmark_out= --benchmark_out_format=
                --benchmark_repetitions= --benchmark_list_tests --help'
            compopt -o nospace
            ;;
        advise)
            words='--plugin --command --python-task --args --path --python --url --seconds --conc --format --page --seed
                --out --quiet --help'
            ;;
        rules) words="--format --rules --help" ;;
        report) words="--rules --help" ;;
        compare) words="--ab --base --effect --fail-on --format --gate --metric $measure" ;;
        fleet) words="--format --out --check --help" ;;
        track) words="--effect --confirm --metric --fail-on --filter --format --gate --all --out --help" ;;
        export) words="--format --out --filter --commit --help" ;;
        list) words="--rules --topology --runtime --plugin --command --python-task --args --path --help" ;;
        topo) words="--topology --workers --help" ;;
        serve) words="--model --workload --listen --conc --workers --key --place --idle-timeout --backlog --help" ;;
        load)
            words='--connections --rate --arrivals --seed --seconds --threads --payload --once --timeout --format --hgrm
                --help'
            ;;
        selftest) words="--quick --out --seed --only --quiet --help" ;;
        *) words='--help' ;;
        esac
    else
        case $previous in
        --profile) words='smoke quick full' ;;
        --arrivals) words='poisson constant' ;;
        --format)
            words='text csv json markdown'
            [[ $command == export ]] &&
                words='bmf github-action-benchmark otava lnt asv pyperf hyperfine openmetrics'
            [[ $command == compare || $command == track ]] && words+=' github'
            ;;
        --fail-on) words='regression flip too-little-data' ;;
        --rule) words=$(_crosspoint_names rules) ;;
        --filter) words=$(_crosspoint_names workloads models) ;;
        --model) words=$(_crosspoint_names models) ;;
        --workload) words=$(_crosspoint_names workloads) ;;
        --only) words='aa slowdown double analytic disturbance omission' ;;
        --place)
            words='none compact scatter one-core split'
            [[ $word == *,* ]] && head=${word%,*},
            ;;
        --runtime) words='native cpython all' ;;
        list) words='models workloads rules systems cells runtimes' ;;
        esac
    fi
    # Where nothing is offered, bash offers files.
    mapfile -t COMPREPLY < <(compgen -P "$head" -W "$words" -- "${word#"$head"}")
}

complete -o bashdefault -o default -F _crosspoint crosspoint
