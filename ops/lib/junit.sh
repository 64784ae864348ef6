# shellcheck shell=bash
# Reads the XML reports that Maven's test plugins leave: one line per reason that a class skips tests for, then the totals.

junit_reports() {
  echo /dev/null
  find target/surefire-reports target/failsafe-reports -name 'TEST-*.xml' 2>/dev/null || true
}

forget_junit_reports() { rm -rf target/surefire-reports target/failsafe-reports; }

# Prints "skipped: Class…: why" lines, then "passed failed skipped" as three numbers.
read_junit_reports() {
  # shellcheck disable=SC2016
  junit_reports | sort | xargs awk '
    function attribute(tag, name,   at, rest) {
      at = match(tag, "[ \n\t]" name "=\"")
      if (!at) return ""
      rest = substr(tag, at + length(name) + 3)
      rest = substr(rest, 1, index(rest, "\"") - 1)
      gsub(/&#10;/, " ", rest); gsub(/&quot;/, "\"", rest); gsub(/&apos;/, "\047", rest); gsub(/&lt;/, "<", rest); gsub(/&gt;/, ">", rest); gsub(/&amp;/, "\\&", rest)
      return rest
    }
    BEGIN { RS = "<" }
    /^testsuite[ \n\t]/ {
      tests += attribute($0, "tests"); failed += attribute($0, "failures") + attribute($0, "errors"); skipped += attribute($0, "skipped")
    }
    /^testcase[ \n\t]/ { class = attribute($0, "classname"); name = attribute($0, "name") }
    /^skipped/ {
      why = attribute($0, "message")
      group = class SUBSEP why
      if (!count[group]++) groups[++last] = group
      names[group] = name
    }
    END {
      for (i = 1; i <= last; i++) {
        split(groups[i], of, SUBSEP)
        print "skipped: " of[1] (count[groups[i]] == 1 ? "." names[groups[i]] : ", " count[groups[i]] " tests") ": " (of[2] == "" ? "by the test itself" : of[2])
      }
      printf "%d %d %d\n", tests - failed - skipped, failed, skipped
    }'
}
