//! Files that no command can take, and what is said of them.

use super::*;

/// What never ends is refused, as what is too long.
#[cfg(target_os = "linux")]
#[test]
fn endless_files_are_refused() {
    for arguments in [&["merge", "/dev/zero"][..], &["verify", "balance/neuron", "--baseline", "/dev/zero"]] {
        let assert = equipartition().args(arguments).assert().code(65);
        let complaint = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(complaint.contains("/dev/zero: expected at most"), "{complaint}");
    }
}

#[test]
fn what_is_wrong_with_a_whole_request_names_its_file_and_words_to_search_for_are_quoted() {
    let folder = tempfile::TempDir::new().unwrap();
    for (text, words) in [("", "the input is empty"), ("{\"model\": \n", "malformed JSON")] {
        let path = folder.path().join("bad.json");
        fs::write(&path, text).unwrap();
        let assert = equipartition().arg("eval").arg(&path).assert().code(65);
        let complaint = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(complaint.contains("bad.json: ") && complaint.contains(words), "{complaint}");
    }
    let assert = equipartition().args(["list", "--search", "momentum", "charge"]).assert().code(4);
    let complaint = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(complaint.contains("--search 'momentum ...'"), "{complaint}");
}
