#!/bin/sh
#SBATCH --job-name=stanch-audit
#SBATCH --array=0-7
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --requeue
# sbatch audit-slurm.sh repositories.txt postgresql://stanch@db/stanch
# Task 0 lists and works, the others work. A task that is preempted gives back
# what it has in work, and goes on when it is started again.
set -u
list=$1 store=$2
cache=${SLURM_TMPDIR:-${TMPDIR:-/tmp}}/stanch-cache
jobs=${SLURM_CPUS_PER_TASK:-0}
stanch=${STANCH:-stanch}
if [ "${SLURM_ARRAY_TASK_ID:-0}" -eq 0 ]; then
	"$stanch" audit "list:$list" --store "$store" --cache "$cache" \
		--jobs "$jobs" --progress always -f jsonl \
		-o "audit-${SLURM_JOB_ID:-0}.jsonl"
else
	# Task 0 fills the queue.
	sleep "${STANCH_WAIT:-20}"
	"$stanch" audit --worker --store "$store" --cache "$cache" \
		--jobs "$jobs"
fi
code=$?
# Findings are a result, not a failure of the task.
case $code in 1 | 4) exit 0 ;; esac
exit "$code"
