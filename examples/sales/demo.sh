#!/bin/sh
# A tour of Interlock over the files in this folder. `make demo` runs it; everything it writes goes to out/.
set -eu
cd "$(dirname "$0")"
rm -rf out .interlock
mkdir -p out
elsewhere=$(mktemp -d)
trap 'rm -rf "$elsewhere" .interlock' EXIT
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi

heading() { printf '\n%s── %s%s\n\n' "$bold" "$1" "$plain"; }
show() { printf '%s$ %s%s\n' "$bold" "$*" "$plain"; "$@"; }

heading '1. The data: orders as they were exported'
head -n 6 data/orders.csv
echo "… $(($(wc -l < data/orders.csv) - 1)) lines: some twice, regions in any case, two ways to write a date, gaps"
echo 'beside them: customers.json, and targets.xlsx with a target for each region'

heading '2. A task in words: it is read into a plan without a model, or refused with the words that were not understood'
task='From data/orders.csv, remove duplicate rows, keep rows where Quantity is greater than 2, then for each Product compute
the sum of Quantity as sold and the number of rows as orders, sort by sold descending and save as out/products.csv'
echo "$bold\$ interlock plan '$task' -o out/products.plan.yaml$plain"
interlock plan "$task" -o out/products.plan.yaml
sed -n '/^nodes:/,/^edges:/p' out/products.plan.yaml | sed '$d'
echo "$bold\$ interlock run out/products.plan.yaml$plain"
interlock run out/products.plan.yaml | sed -n '/^wrote/p'
head -n 4 out/products.csv
echo
task='From data/orders.csv, keep the good customers, then save as out/good.csv'
echo "$bold\$ interlock plan '$task'$plain"
interlock plan "$task" 2>&1 && exit 1

heading '3. A larger plan, written by hand (the middle of regions.plan.yaml)'
sed -n '/# Whose orders/,/# The two best/p' regions.plan.yaml | sed '$d'

heading '4. It is checked before anything runs: only headers and samples of the sources are looked at'
show interlock check regions.plan.yaml

heading '5. A slip in it is refused, with the place and the mend'
sed 's/^\(        - {name: average_order.*column: \)net}/\1nett}/' regions.plan.yaml > out/slip.plan.yaml
show interlock check out/slip.plan.yaml 2>&1 && exit 1

heading '6. It can be drawn'
show interlock graph regions.plan.yaml --format svg -o out/regions.svg

heading '7. It is compiled to one ordinary Python module'
show interlock compile regions.plan.yaml -o out/program
echo
echo 'one of its steps:'
sed -n '/^sql_known = /,/"""$/p' out/program/regions.py

heading '8. It runs: both files are put in place together, or neither is'
echo "$bold\$ interlock run regions.plan.yaml$plain"
interlock run regions.plan.yaml > out/report.txt
sed -n '/^step  /,$p' out/report.txt

heading '9. The module runs alone, elsewhere, with Interlock blocked'
cp -r data out/program/regions.py "$elsewhere"
(cd "$elsewhere" && python -c 'import runpy, sys; sys.modules["interlock"] = None; sys.argv[0] = "regions.py"; runpy.run_path("regions.py", run_name="__main__")' > /dev/null)
for file in regions.csv best_customers.json; do
    cmp "out/$file" "$elsewhere/out/$file" && echo "out/$file: the same bytes"
done

heading '10. What came out'
sed -n '1,/^$/p' out/report.txt
echo "best customers: examples/sales/out/best_customers.json    drawing: examples/sales/out/regions.svg"
