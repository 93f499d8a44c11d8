use super::*;
use crate::protocol::limits::CONNECTIONS_PER_PERSON_MAX;

#[test]
fn a_connection_that_belongs_to_nobody_is_told_so_and_may_say_hello_again() {
    let mut bench = Bench::new();
    let conn = bench.open(1);
    bench.hello(conn, Hello::default());
    let error = bench.errors(conn).remove(0);
    assert_eq!((error.code, error.about.as_deref()), (ErrorCode::SignInRequired, Some("hello")));
    bench.hello(conn, Hello { name: Some("Ada".into()), ..Hello::default() });
    assert!(matches!(&bench.take(conn)[0], ServerFrame::Welcome(welcome) if welcome.token.is_some()));
}

#[test]
fn connections_end_with_their_login_and_not_with_another() {
    let mut bench = Bench::new();
    let (ada, ada_too, bo) = (bench.tab(1, "ada"), bench.tab(2, "ada"), bench.tab(3, "bo"));
    bench.hub.handle_login_ended(bench.now, &LoginId::parse("login-ada").unwrap());
    bench.drain();
    for conn in [ada, ada_too] {
        assert_eq!(bench.closed.get(&conn), Some(&CloseCode::SignedOut));
        assert!(matches!(bench.take(conn).last(), Some(ServerFrame::Bye(bye)) if bye.code == 4500));
    }
    bench.frame(bo, &ClientFrame::Ping);
    assert_eq!(bench.closed.get(&bo), None);
}

#[test]
fn a_person_has_so_many_connections_and_no_more() {
    let mut bench = Bench::new();
    for n in 0..CONNECTIONS_PER_PERSON_MAX as u64 {
        bench.tab(n, "ada");
    }
    let one_too_many = bench.tab(99, "ada");
    assert_eq!(bench.closed.get(&one_too_many), Some(&CloseCode::TooManyConnections));
    let bo = bench.tab(100, "bo");
    assert_eq!(bench.closed.get(&bo), None);
}
