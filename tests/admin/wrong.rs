use crate::program::{Server, admin};

#[tokio::test]
async fn what_cannot_be_done_is_one_line_that_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let deeds = [
        vec!["rooms"],
        vec!["export", "general"],
        vec!["people"],
        vec!["ban", "Ada"],
        vec!["reset-password", "Ada", "--generate"],
        vec!["backup", "/tmp/never-made"],
    ];
    for deed in deeds {
        let refused = admin(&data, &deed).await;
        assert_eq!((refused.code, refused.err.lines().count()), (Some(1), 1), "{deed:?}: {refused:?}");
        assert!(
            refused.err.starts_with("parlor: there is no database ") && refused.err.contains("--data"),
            "{refused:?}"
        );
    }
    assert!(!data.exists(), "looking makes nothing");

    Server::start(&data).await.kill().await;
    for deed in ["ban", "unban", "make-admin", "reset-password"] {
        let refused = admin(&data, &[deed, "Nobody"]).await;
        assert!(refused.code == Some(1) && refused.err.contains("parlor admin people"), "{refused:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_understood_is_told_from_what_cannot_be_done() {
    let dir = tempfile::tempdir().unwrap();
    for deed in [vec!["fly"], vec!["backup"], vec!["export", "NO ROOM"], vec!["rooms", "--xml"], vec!["ban"]] {
        let refused = admin(dir.path(), &deed).await;
        assert_eq!((refused.code, refused.err.lines().count()), (Some(2), 1), "{deed:?}: {refused:?}");
        assert!(refused.err.contains("--help") && refused.out.is_empty(), "{refused:?}");
    }
    let helped = admin(dir.path(), &[]).await;
    assert!(helped.code == Some(2) && helped.err.contains("reset-password"), "{helped:?}");
    let helped = admin(dir.path(), &["--help"]).await;
    assert!(helped.code == Some(0) && helped.out.contains("backup"), "{helped:?}");
}
