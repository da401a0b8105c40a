(* Deep linear networks: each theorem proves the statement of its name in statements/platonic.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices.
From Equipartition.statements Require Import platonic.
From Equipartition.lemmas Require platonic.
Module L := Equipartition.lemmas.platonic.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Network.
Variables (R : realFieldType) (dx dy : nat) (w : nat -> nat) (D : nat).
Variables (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (V : 'M[R]_(dy, dx)) (net : network MI MO V).

Lemma at_layer i : (i <= D)%N -> A net i *m W net i *m B net i = V.
Proof.
move=> iD; have [k ->] : exists k, i = (D - k)%N by exists (D - i)%N; rewrite subKn.
elim: k => [|k IH]; first by rewrite subn0; apply: target.
have [kD|Dk] := ltnP k D; last first.
  by have -> : (D - k.+1 = D - k)%N by apply/eqP; rewrite subnS; move: Dk; rewrite -subn_eq0 => /eqP ->.
have e : (D - k = (D - k.+1).+1)%N by rewrite subnSK.
move: IH; rewrite e => IH; apply: etrans IH; have lt : (D - k.+1 < D)%N by rewrite -e leq_subr.
by rewrite (A_step net lt) (B_step net lt) !mulmxA.
Qed.
Lemma at_cut i : (i < D)%N -> A net i *m B net i.+1 = V.
Proof. by move=> iD; rewrite (B_step net iD) mulmxA at_layer // ltnW. Qed.

Lemma trace_left (E : 'M[R]_dy) n (M : 'M[R]_(dy, n)) : E^T = E -> \tr (E *m E *m M *m M^T) = N (E *m M).
Proof. by move=> sE; rewrite /ip /= /frob trmx_mul sE -!mulmxA mxtrace_mulC [RHS]mxtrace_mulC !mulmxA mxtrace_mulC !mulmxA. Qed.
Lemma trace_right (X : 'M[R]_dx) n (M : 'M[R]_(n, dx)) : X^T = X -> \tr (M *m (X *m X) *m M^T) = N (M *m X).
Proof. by move=> sX; rewrite -(L.N_tr (M *m X)) /ip /= /frob trmxK trmx_mul sX !mulmxA. Qed.
End Network.

Theorem platonic_entropy_factorises : platonic_entropy_factorises_statement.
Proof.
move=> R dx dy w D MI MO V net I J a b x e g gr; rewrite /entropy mulr_sumr; apply: eq_bigr => k _.
have kD : (k <= D)%N by rewrite -ltnS.
rewrite /part_of -(L.entropy_factorises_layer a b x e); congr (_ * _); apply: eq_bigr => i _; apply: eq_bigr => j _.
by rewrite (grad_uniq (gr k i j kD) (L.layer_gradient x e i j (at_layer net kD))).
Qed.

Lemma N_orth (R : realFieldType) m r k (P : 'M[R]_(m, r)) (M : 'M[R]_(r, k)) : P^T *m P = 1%:M -> N (P *m M) = N M.
Proof. by move=> hP; rewrite ip_mull mulmxA hP mul1mx. Qed.
Lemma N_orthT (R : realFieldType) m r k (Q : 'M[R]_(m, r)) (M : 'M[R]_(k, r)) : Q^T *m Q = 1%:M -> N (M *m Q^T) = N M.
Proof. by move=> hQ; rewrite ip_mulr trmxK -mulmxA hQ mulmx1. Qed.

Section Bound.
Variables (R : rcfType) (dx dy r : nat) (w : nat -> nat) (D : nat).
Variables (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (V : 'M[R]_(dy, dx)) (net : network MI MO V).
Variables (X : 'M[R]_dx) (E : 'M[R]_dy) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r)).
Hypothesis dec : decomposed X E V P s Q.
Notation n := (nuclear s).
Notation root := (diag_mx (\row_i Num.sqrt (s 0 i))).
Let sX : X^T = X. Proof. by case: dec => [[]]. Qed.
Let uX : X \in unitmx. Proof. by case: dec => [[]]. Qed.
Let sE : E^T = E. Proof. by case: dec => [_ []]. Qed.
Let uE : E \in unitmx. Proof. by case: dec => [_ []]. Qed.
Let hP : P^T *m P = 1%:M. Proof. by case: dec => [_ _ []]. Qed.
Let hQ : Q^T *m Q = 1%:M. Proof. by case: dec => [_ _ []]. Qed.
Let EVX : E *m V *m X = P *m diag_mx s *m Q^T. Proof. by case: dec. Qed.
Let s0 i : 0 < s 0 i. Proof. by case: dec => [_ _ _ _ []]. Qed.
Let n0 : 0 < n.
Proof.
have [_ _ _ _ [r0 _]] := dec; rewrite /nuclear (bigD1 (Ordinal r0)) //=.
by rewrite ltr_paddr // sumr_ge0 // => i _; apply: ltW.
Qed.
Let pp i := if (i <= D)%N then N (E *m A net i) else 1.
Let qq i := if (i <= D)%N then N (B net i *m X) else 1.
Let cutXY i : (i < D)%N -> (E *m A net i) *m (B net i.+1 *m X) = P *m diag_mx s *m Q^T.
Proof. by move=> iD; rewrite -EVX; have /(congr1 (fun M => E *m M *m X)) <- := at_cut net iD; rewrite !mulmxA. Qed.
Let layerXY i : (i <= D)%N -> (E *m A net i) *m (W net i *m B net i *m X) = P *m diag_mx s *m Q^T.
Proof. by move=> iD; rewrite -EVX; have /(congr1 (fun M => E *m M *m X)) <- := at_layer net iD; rewrite !mulmxA. Qed.
Let PSQ0 : P *m diag_mx s *m Q^T != 0.
Proof.
apply/eqP => e; have [_ _ _ _ [r0 _]] := dec.
have : diag_mx s = 0 :> 'M_r.
  have : P^T *m (P *m diag_mx s *m Q^T) *m Q = 0 by rewrite e mulmx0 mul0mx.
  by rewrite !mulmxA hP mul1mx -mulmxA hQ mulmx1.
move/matrixP/(_ (Ordinal r0) (Ordinal r0)); rewrite !mxE eqxx mulr1n => h.
by have := s0 (Ordinal r0); rewrite h ltxx.
Qed.
Let pp0 i : 0 < pp i.
Proof.
rewrite /pp; case: leqP => iD; last exact: ltr01.
rewrite lt0r N_ge0 andbT; apply: contraNneq PSQ0 => /N_eq0 e.
by rewrite -(layerXY iD) e mul0mx.
Qed.
Let qq0 i : 0 < qq i.
Proof.
rewrite /qq; case: leqP => iD; last exact: ltr01.
rewrite lt0r N_ge0 andbT; apply: contraNneq PSQ0 => /N_eq0 e.
by rewrite -(layerXY iD) -(mulmxA (W net i)) e !mulmx0.
Qed.
Let cuts i : (i < D)%N -> n ^+ 2 <= pp i * qq i.+1.
Proof. by move=> iD; rewrite /pp /qq (ltnW iD) iD; apply: (L.cut hP hQ (cutXY iD)). Qed.
Let partE i : (i <= D)%N -> part_of net (X *m X) (E *m E) i = pp i * qq i.
Proof. by move=> iD; rewrite /part_of /pp /qq iD trace_left // trace_right. Qed.
Let entropyE : entropy net (X *m X) (E *m E) = \sum_(i < D.+1) pp i * qq i.
Proof. by apply: eq_bigr => i _; rewrite partE // -ltnS. Qed.
Let boundE : bound MI MO (X *m X) (E *m E) n = pp D * qq 0%N * (n ^+ 2) ^+ D.
Proof. by rewrite /bound /pp /qq leqnn leq0n A_top B_bottom trace_left // trace_right. Qed.

Lemma reached : bound MI MO (X *m X) (E *m E) n <= (entropy net (X *m X) (E *m E) / D.+1%:R) ^+ D.+1.
Proof. by rewrite entropyE boundE; apply: (L.lower_bound n0 pp0 qq0 cuts). Qed.

Lemma minimalE : minimal net (X *m X) (E *m E) n <->
  (forall i j, (i <= D)%N -> (j <= D)%N -> part_of net (X *m X) (E *m E) i = part_of net (X *m X) (E *m E) j) /\
  (forall i, (i < D)%N -> pp i * qq i.+1 = n ^+ 2).
Proof.
rewrite /minimal entropyE boundE (L.lower_bound_equality n0 pp0 qq0 cuts).
split=> [[h1 h2]|[h1 h2]]; split=> // i j iD jD; first by rewrite !partE // (h1 i j).
by rewrite -!partE // (h1 i j).
Qed.

Lemma ends_gt0 : [/\ 0 < \tr (E *m E *m MO *m MO^T), 0 < \tr (MI *m (X *m X) *m MI^T) & 0 < nuclear s].
Proof.
by have := pp0 D; have := qq0 0%N; rewrite /pp /qq leqnn leq0n A_top B_bottom -trace_left // -trace_right // => h1 h2; split.
Qed.
Lemma entropy_ge0 : 0 <= entropy net (X *m X) (E *m E).
Proof. by rewrite entropyE; apply: sumr_ge0 => i _; rewrite mulr_ge0 ?ltW. Qed.

Let rootK : root *m root = diag_mx s.
Proof.
apply/matrixP => i j; rewrite mul_diag_mx !mxE; case: eqP => [->|_]; rewrite ?mulr0 //.
by rewrite !mulr1n -expr2 sqr_sqrtr ?ltW.
Qed.
Let rooti := diag_mx (\row_i (Num.sqrt (s 0 i))^-1).
Let rooti_l : rooti *m root = 1%:M.
Proof.
apply/matrixP => i j; rewrite mul_diag_mx !mxE; case: eqP => [->|_]; rewrite ?mulr0 //.
by rewrite !mulr1n mulVf // gt_eqF // sqrtr_gt0.
Qed.
Let rooti_r : root *m rooti = 1%:M. Proof. exact: mulmx1C rooti_l. Qed.
Let rootT : root^T = root. Proof. exact: tr_diag_mx. Qed.
Let rootiT : rooti^T = rooti. Proof. exact: tr_diag_mx. Qed.
Let N_root : N root = n.
Proof. by rewrite /ip /= /frob rootT rootK mxtrace_diag. Qed.

Lemma cut_form i : (i < D)%N -> pp i * qq i.+1 = n ^+ 2 <->
  exists c (Ri : 'M[R]_(w i.+1, r)), [/\ 0 < c, Ri^T *m Ri = 1%:M,
    B net i.+1 = c *: (Ri *m root *m Q^T *m invmx X) & A net i = c^-1 *: (invmx E *m P *m root *m Ri^T)].
Proof.
move=> iD; have e1 : pp i = N (E *m A net i) by rewrite /pp ltnW.
have e2 : qq i.+1 = N (B net i.+1 *m X) by rewrite /qq iD.
split=> [eq|[c [Ri [c0 hR hB hA]]]].
  have eq' : n ^+ 2 = N (E *m A net i) * N (B net i.+1 *m X) by rewrite -e1 -e2.
  have [k0 hX hY hZ] := L.cut_equality hP hQ (cutXY iD) n0 eq'.
  set k := _ / _ in k0 hX hY hZ; set Z := P^T *m _ in hX hY hZ.
  have c0 : 0 < Num.sqrt k by rewrite sqrtr_gt0.
  have cc : Num.sqrt k * Num.sqrt k = k by rewrite -expr2 sqr_sqrtr // ltW.
  have cn := lt0r_neq0 c0.
  have ZR : Z = (Num.sqrt k)^-1 *: (root *m (Num.sqrt k *: (rooti *m Z))).
    by rewrite -scalemxAr scalerA mulVf // scale1r mulmxA rooti_r mul1mx.
  have RT : (Num.sqrt k *: (Z^T *m rooti))^T = Num.sqrt k *: (rooti *m Z).
    by rewrite linearZ /= trmx_mul trmxK rootiT.
  exists (Num.sqrt k), (Num.sqrt k *: (Z^T *m rooti)); split=> //.
  - rewrite RT -scalemxAl -[in LHS]scalemxAr scalerA cc -mulmxA (mulmxA Z).
    by rewrite [in LHS]scalemxAr [in LHS]scalemxAl hZ -rootK -[root *m _ *m _]mulmxA rooti_r mulmx1 rooti_l.
  - apply: (can_inj (mulmxK uX)); rewrite /= -scalemxAl mulmxKV // hY -!scalemxAl scalerA cc.
    by rewrite -(mulmxA Z^T) rooti_l mulmx1.
  apply: (can_inj (mulKmx uE)); rewrite /= -scalemxAr -!mulmxA mulKVmx // hX.
  rewrite RT -!scalemxAr scalerA mulVf // scale1r (mulmxA root) rooti_r mul1mx.
  by [].
rewrite e1 e2 hA hB -!scalemxAr -!scalemxAl !mulmxA mulmxV // mul1mx mulmxKV // !NZ.
rewrite !N_orthT // !N_orth // N_root.
by have := lt0r_neq0 c0 => cn; field.
Qed.
End Bound.


(* The bound is reached, so that minimisers reach it. *)
Section Existence.
Variables (R : rcfType) (dx dy r : nat) (w : nat -> nat) (d : nat).
Notation D := d.+1.
Variables (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (V : 'M[R]_(dy, dx)) (M : 'M[R]_(w D.+1, w 0%N)).
Variables (X : 'M[R]_dx) (E : 'M[R]_dy) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r)).
Hypothesis dec : decomposed X E V P s Q.
Hypothesis VM : V = MO *m M *m MI.
Hypothesis wide : forall i, (i < D)%N -> (r <= w i.+1)%N.
Variable c : nat -> R.
Hypothesis c0 : forall i, 0 < c i.
Let sX : X^T = X. Proof. by case: dec => [[]]. Qed.
Let uX : X \in unitmx. Proof. by case: dec => [[]]. Qed.
Let uE : E \in unitmx. Proof. by case: dec => [_ []]. Qed.
Let hP : P^T *m P = 1%:M. Proof. by case: dec => [_ _ []]. Qed.
Let hQ : Q^T *m Q = 1%:M. Proof. by case: dec => [_ _ []]. Qed.
Let EVX : E *m V *m X = P *m diag_mx s *m Q^T. Proof. by case: dec. Qed.
Let s0 i : 0 < s 0 i. Proof. by case: dec => [_ _ _ _ []]. Qed.
Let root := diag_mx (\row_i Num.sqrt (s 0 i)).
Let rooti := diag_mx (\row_i (Num.sqrt (s 0 i))^-1).
Let rooti_l : rooti *m root = 1%:M.
Proof.
apply/matrixP => i j; rewrite mul_diag_mx !mxE; case: eqP => [->|_]; rewrite ?mulr0 //.
by rewrite !mulr1n mulVf // gt_eqF // sqrtr_gt0.
Qed.
Let rooti_r : root *m rooti = 1%:M. Proof. exact: mulmx1C rooti_l. Qed.
Let rootK : root *m root = diag_mx s.
Proof.
apply/matrixP => i j; rewrite mul_diag_mx !mxE; case: eqP => [->|_]; rewrite ?mulr0 //.
by rewrite !mulr1n -expr2 sqr_sqrtr ?ltW.
Qed.
Let cn i : c i != 0. Proof. exact: lt0r_neq0. Qed.
Let Ri i : 'M[R]_(w i.+1, r) := pid_mx r.
Let hR i : (i < D)%N -> (Ri i)^T *m Ri i = 1%:M.
Proof. by move=> iD; rewrite /Ri tr_pid_mx pid_mx_id ?wide // pid_mx_1. Qed.
Let low : 'M[R]_(r, dx) := root *m Q^T *m invmx X.
Let high : 'M[R]_(dy, r) := invmx E *m P *m root.
Let G0 : 'M[R]_(r, w 0%N) := rooti *m P^T *m E *m MO *m M.
Let G1 : 'M[R]_(w D.+1, r) := M *m MI *m X *m Q *m rooti.
Let lowE : G0 *m MI = low.
Proof.
have -> : G0 *m MI = rooti *m P^T *m (E *m V) by rewrite VM /G0 !mulmxA.
have -> : E *m V = P *m diag_mx s *m Q^T *m invmx X by rewrite -EVX mulmxK.
by rewrite !mulmxA -(mulmxA rooti) hP mulmx1 -rootK mulmxA rooti_l mul1mx.
Qed.
Let highE : MO *m G1 = high.
Proof.
have -> : MO *m G1 = V *m X *m Q *m rooti by rewrite VM /G1 !mulmxA.
have -> : V *m X = invmx E *m (P *m diag_mx s *m Q^T) by rewrite -EVX -(mulmxA E) mulKmx.
by rewrite -!mulmxA (mulmxA Q^T) hQ mul1mx -rootK -(mulmxA root) rooti_r mulmx1 !mulmxA.
Qed.
Let VE : high *m low = V.
Proof.
apply: (can_inj (mulKmx uE)); apply: (can_inj (mulmxK uX)) => /=.
by rewrite EVX /high /low !mulmxA mulmxV // mul1mx mulmxKV // -(mulmxA P root root) rootK.
Qed.

Let layer (i : nat) : 'M[R]_(w i.+1, w i) := match i with
  | 0%N => c 0 *: (Ri 0 *m G0)
  | j.+1 => if j.+1 == D then (c j)^-1 *: (conform_mx 0 G1 *m (Ri j)^T) else (c j.+1 / c j) *: (Ri j.+1 *m (Ri j)^T) end.
Let left_of (i : nat) : 'M[R]_(dy, w i.+1) := if i == D then conform_mx 0 MO else (c i)^-1 *: (high *m (Ri i)^T).
Let right_of (i : nat) : 'M[R]_(w i, dx) := match i with 0%N => MI | j.+1 => c j *: (Ri j *m low) end.
Let left_top : left_of D = MO. Proof. by rewrite /left_of eqxx conform_mx_id. Qed.
Let left_step i : (i < D)%N -> left_of i = left_of i.+1 *m layer i.+1.
Proof.
move=> iD; rewrite {1}/left_of (ltn_eqF iD) /layer; have [e|ne] := eqVneq i.+1 D.
  case: e => e; subst i; rewrite left_top conform_mx_id -scalemxAr mulmxA highE.
  by [].
rewrite /left_of (negPf ne) -scalemxAl -scalemxAr scalerA mulmxA -(mulmxA high) hR ?mulmx1.
  by rewrite mulrA mulVf // mul1r.
by rewrite ltn_neqAle ne.
Qed.
Let right_step i : (i < D)%N -> right_of i.+1 = layer i *m right_of i.
Proof.
case: i => [_|j jD]; first by rewrite /= -scalemxAl -mulmxA lowE.
rewrite /layer (ltn_eqF jD) /= -scalemxAl -scalemxAr scalerA divfK //; congr (_ *: _).
by rewrite (mulmxA (Ri j.+1 *m (Ri j)^T) (Ri j) low) -(mulmxA (Ri j.+1) (Ri j)^T (Ri j)) hR ?mulmx1 // ltnW.
Qed.
Let reach : left_of D *m layer D *m right_of D = V.
Proof.
rewrite -left_step // /left_of (ltn_eqF (ltnSn d)) /= -scalemxAl -scalemxAr scalerA mulVf // scale1r.
by rewrite (mulmxA (high *m (Ri d)^T) (Ri d) low) -(mulmxA high (Ri d)^T (Ri d)) hR // mulmx1.
Qed.
Definition built : network MI MO V := Network left_top left_step (erefl : right_of 0 = MI) right_step reach.

Let root_part := nuclear s.
Lemma built_minimal t : 0 < t ->
  c 0 ^+ 2 = nuclear s * \tr (MI *m (X *m X) *m MI^T) / t ->
  (forall i, c i.+1 ^+ 2 = nuclear s ^+ 2 / t * c i ^+ 2) ->
  \tr (E *m E *m MO *m MO^T) * c d ^+ 2 * nuclear s = t -> minimal built (X *m X) (E *m E) (nuclear s).
Proof.
move=> t0 h0 hS hD; apply/(minimalE built dec); have tn := lt0r_neq0 t0.
have form i : (i < D)%N -> exists c (Ri : 'M[R]_(w i.+1, r)), [/\ 0 < c, Ri^T *m Ri = 1%:M,
    B built i.+1 = c *: (Ri *m root *m Q^T *m invmx X) & A built i = c^-1 *: (invmx E *m P *m root *m Ri^T)].
  move=> iD; exists (c i), (Ri i); split=> //; first exact: hR.
    by rewrite /= /low !mulmxA.
  by rewrite /= /left_of (ltn_eqF iD).
split=> [|i iD]; last by apply/(cut_form built dec iD)/form.
have [_ [sE _] _ _ _] := dec.
have N_root : N root = nuclear s by rewrite /ip /= /frob tr_diag_mx rootK mxtrace_diag.
have NA i : (i < D)%N -> N (E *m A built i) = nuclear s / c i ^+ 2.
  move=> iD; rewrite /= /left_of (ltn_eqF iD) -scalemxAr NZ mulmxA N_orthT ?hR //.
  rewrite /high -!mulmxA mulKVmx // N_orth // N_root exprVn mulrC.
  by [].
have NB i : (i < D)%N -> N (B built i.+1 *m X) = c i ^+ 2 * nuclear s.
  move=> iD; rewrite /= -scalemxAl NZ; congr (_ * _).
  by rewrite -mulmxA N_orth ?hR // /low mulmxKV // N_orthT // N_root.
have part i : (i <= D)%N -> part_of built (X *m X) (E *m E) i = t.
  move=> iD; rewrite /part_of trace_left // trace_right //.
  case: i iD => [_|i iD].
    rewrite NA // -trace_right // h0; move: (nuclear s) (\tr _) (lt0r_neq0 (c0 0)) h0 => n b cn0 h0.
    have : n * b / t != 0 by rewrite -h0 expf_neq0.
    rewrite mulf_eq0 negb_or mulf_eq0 negb_or => /andP[/andP[n1 b1] _].
    by field; rewrite n1 b1 tn.
  rewrite NB //; move: iD; rewrite leq_eqVlt => /orP[/eqP e|iD].
    by case: e => e; subst i; rewrite A_top -trace_left // mulrA hD.
  rewrite NA // hS; move: (nuclear s) (c i) (cn i) (hS i) (cn i.+1) => n ci cin h cS.
  have : n ^+ 2 / t * ci ^+ 2 != 0 by rewrite -h expf_neq0.
  move=> nz; have n1 : n != 0 by apply: contraNneq nz => ->; rewrite expr0n !mul0r.
  by field; rewrite n1 cin tn.
by move=> i j iD jD; rewrite !part.
Qed.
End Existence.

Lemma nth_root (R : rcfType) (n : nat) (y : R) : 0 < y -> exists2 t, 0 < t & t ^+ n.+1 = y.
Proof.
move=> y0; pose p : {poly R} := 'X^n.+1 - y%:P.
have b0 : 0 <= 1 + y by rewrite addr_ge0 ?ler01 ?ltW.
have [|t /andP[t0 _]] := @poly_ivt R p 0 (1 + y) b0.
  rewrite /p !hornerE !hornerXn expr0n /= sub0r oppr_le0 (ltW y0) /= subr_ge0 exprS.
  apply: le_trans (_ : 1 + y <= _); first by rewrite ler_addr ler01.
  by rewrite ler_pemulr // exprn_ege1 // ler_addl ltW.
rewrite /root /p !hornerE hornerXn subr_eq0 => /eqP e; exists t => //.
rewrite lt0r t0 andbT; apply: contraTneq y0 => tz.
by rewrite -e tz expr0n ltxx.
Qed.

Lemma last_term (R : realFieldType) (a b n t td nd : R) : t != 0 -> td != 0 ->
  a * (n * b / t * (nd / td)) * n * (t * td) = a * b * (n ^+ 2 * nd).
Proof. by move=> t0 td0; field; rewrite t0 td0. Qed.

Theorem bound_reached (R : rcfType) (dx dy r : nat) (w : nat -> nat) (D : nat)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (V : 'M[R]_(dy, dx)) (net : network MI MO V)
    (X : 'M[R]_dx) (E : 'M[R]_dy) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r)) :
  decomposed X E V P s Q -> wide w D r -> exists net' : network MI MO V, minimal net' (X *m X) (E *m E) (nuclear s).
Proof.
case: D MO net => [|d] MO net dec wd.
  exists net; apply/(minimalE net dec); split=> // i j; rewrite !leqn0 => /eqP -> /eqP ->.
  by [].
have [a0 b0 n0] := ends_gt0 net dec.
have low i : (i <= d.+1)%N -> exists L, B net i = L *m MI.
  elim: i => [_|i IH iD]; first by exists 1%:M; rewrite B_bottom mul1mx.
  have [L e] := IH (ltnW iD); exists (W net i *m L); by rewrite (B_step net iD) e mulmxA.
have [L eL] := low d.+1 (leqnn _).
have VM : V = MO *m (W net d.+1 *m L) *m MI.
  have := target net; rewrite A_top eL !mulmxA => h; apply: esym; exact: h.
move: a0 b0 n0; set a := \tr (E *m _ *m _ *m _); set b := \tr (MI *m _ *m _); set n := nuclear s => a0 b0 n0.
have [|t t0 tE] := @nth_root R d.+1 (a * b * (n ^+ 2) ^+ d.+1); first by rewrite !mulr_gt0 // !exprn_gt0.
pose c i := Num.sqrt (n * b / t * (n ^+ 2 / t) ^+ i).
have q0 i : 0 < n * b / t * (n ^+ 2 / t) ^+ i by rewrite !(mulr_gt0, exprn_gt0, invr_gt0).
have c0 i : 0 < c i by rewrite sqrtr_gt0.
have cE i : c i ^+ 2 = n * b / t * (n ^+ 2 / t) ^+ i by rewrite sqr_sqrtr // ltW.
exists (built dec VM wd c0); apply: (built_minimal dec VM wd c0 t0).
- by rewrite cE expr0 mulr1.
- by move=> i; rewrite !cE exprS mulrCA.
rewrite cE -/n -/a; have tn := lt0r_neq0 t0.
have e : t * t ^+ d.+1 = a * b * (n ^+ 2) ^+ d.+1 by rewrite -exprS.
apply: (mulIf (expf_neq0 d.+1 tn)); rewrite e expr_div_n [t ^+ d.+1]exprS [(n ^+ 2) ^+ d.+1]exprS.
exact: last_term tn (expf_neq0 d tn).
Qed.

Lemma minimiser_minimal (R : rcfType) (dx dy r : nat) (w : nat -> nat) (D : nat)
    (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (V : 'M[R]_(dy, dx)) (net : network MI MO V)
    (X : 'M[R]_dx) (E : 'M[R]_dy) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r)) :
  decomposed X E V P s Q -> wide w D r -> minimiser net (X *m X) (E *m E) -> minimal net (X *m X) (E *m E) (nuclear s).
Proof.
move=> dec wd mi; have [net' mini'] := bound_reached net dec wd.
apply/le_anti; rewrite (reached net dec) /= mini'.
have d0 : 0 <= D.+1%:R^-1 :> R by rewrite invr_ge0 ler0n.
apply: ler_expn2r; rewrite ?nnegrE ?mulr_ge0 ?(entropy_ge0 net dec) ?(entropy_ge0 net' dec) //.
by rewrite ler_wpmul2r // mi.
Qed.

Theorem platonic_lower_bound : platonic_lower_bound_statement.
Proof.
move=> R dx dy r w D MI MO V net X E P s Q dec root; split; first exact: reached dec.
split; last exact: (bound_reached net dec).
split=> [/(minimalE net dec)[h1 h2]|[h1 h2]].
  by split=> // i iD; apply/(cut_form net dec iD)/h2.
by apply/(minimalE net dec); split=> // i iD; apply/(cut_form net dec iD)/h2.
Qed.

Theorem platonic_equal_terms : platonic_equal_terms_statement.
Proof.
move=> R dx dy r w D MI MO V net X E P s Q dec wd mn i iD; have mini := minimiser_minimal dec wd mn.
have [h _] := (minimalE net dec).1 mini; rewrite mini /entropy; congr (_ ^+ _).
rewrite (eq_bigr (fun=> part_of net (X *m X) (E *m E) i)) => [|j _]; last by apply: h => //; rewrite -ltnS.
rewrite sumr_const card_ord -(mulr_natr (part_of _ _ _ _)) mulfK //; by rewrite pnatr_eq0.
Qed.

(* Kernels of hidden layers at a minimum: multiples of the one M >= 0 with M Sx M = V^T Se V. *)
Definition psd (R : realFieldType) (d : nat) (M : 'M[R]_d) := M^T = M /\ forall v : 'cV_d, 0 <= <<v, M *m v>>.

Lemma col_mul (R : realFieldType) m n k (A : 'M[R]_(m, n)) (B : 'M_(n, k)) j : col j (A *m B) = A *m col j B.
Proof. by apply/matrixP => a b; rewrite !mxE; apply: eq_bigr => i _; rewrite !mxE. Qed.

Lemma psd_sq (R : realFieldType) (d k : nat) (M : 'M[R]_d) (Y : 'M_(d, k)) : psd M -> <<Y, M *m Y>> = 0 -> M *m Y = 0.
Proof.
move=> [sM pM] h.
have ipcol (A B : 'M[R]_(d, k)) : <<A, B>> = \sum_j <<col j A, col j B>>.
  rewrite /ip /= frobE; apply: eq_bigr => j _; rewrite frobE big_ord1.
  by apply: eq_bigr => i _; rewrite !mxE.
have zero j : <<col j Y, M *m col j Y>> = 0.
  have ge i : true -> 0 <= <<col i Y, M *m col i Y>> by move=> _; apply: pM.
  have e : \sum_i <<col i Y, M *m col i Y>> = 0.
    by rewrite -[RHS]h ipcol; apply: eq_bigr => i _; rewrite col_mul.
  exact: (psumr_eq0P ge e).
have quad (v u : 'cV[R]_d) (t : R) : 0 <= <<u, M *m u>> + 2 * t * <<u, M *m v>> + t ^+ 2 * <<v, M *m v>>.
  have := pM (u + t *: v); rewrite mulmxDr -scalemxAr ipDl !ipDr !ipZl !ipZr.
  have -> : <<v, M *m u>> = <<u, M *m v>> by rewrite -{1}sM -ip_mull ipC.
  by congr (0 <= _); move: <<_, _>> <<_, _>> <<_, _>> => *; ring.
have vanish (v u : 'cV[R]_d) : <<v, M *m v>> = 0 -> <<u, M *m v>> = 0.
  move=> v0; apply/eqP/negPn/negP => n0; pose a := <<u, M *m u>>; pose b := <<u, M *m v>>.
  have bn : b != 0 by [].
  have := quad v u (- (a + 1) / (2 * b)); rewrite v0 mulr0 addr0 -/a -/b.
  have -> : a + 2 * (- (a + 1) / (2 * b)) * b = - 1 by field.
  by rewrite oppr_ge0 ler10.
apply/matrixP => i j; have := vanish (col j Y) (delta_mx i 0) (zero j).
rewrite /ip /= frobE big_ord1 (bigD1 i) //= big1 => [|k' /negPf ki]; last by rewrite mxE ki mul0r.
by rewrite mxE !eqxx mul1r addr0 -col_mul !mxE.
Qed.

Lemma psd_root_unique (R : realFieldType) (d : nat) (A B : 'M[R]_d) : psd A -> psd B -> A *m A = B *m B -> A = B.
Proof.
move=> pA pB e; pose Y := A - B; have [sA _] := pA; have [sB _] := pB.
have sY : Y^T = Y by rewrite /Y linearB /= sA sB.
have e0 : <<Y, A *m Y>> + <<Y, B *m Y>> = 0.
  have h : A *m Y + Y *m B = 0 by rewrite /Y mulmxBr mulmxBl addrA subrK e subrr.
  have -> : <<Y, B *m Y>> = <<Y, Y *m B>>.
    by rewrite -[RHS]ip_tr trmx_mul sB sY.
  by rewrite -ipDr h ip0r.
have ge M : psd M -> 0 <= <<Y, M *m Y>>.
  move=> [_ pM]; have ipcol (U W : 'M[R]_d) : <<U, W>> = \sum_j <<col j U, col j W>>.
    rewrite /ip /= frobE; apply: eq_bigr => j _; rewrite frobE big_ord1.
    by apply: eq_bigr => i _; rewrite !mxE.
  by rewrite ipcol; apply: sumr_ge0 => j _; rewrite col_mul pM.
have /andP[/eqP hA /eqP hB] : (<<Y, A *m Y>> == 0) && (<<Y, B *m Y>> == 0) by rewrite -paddr_eq0 ?ge // e0.
have YY : Y *m Y = 0 by rewrite {1}/Y mulmxBl (psd_sq pA hA) (psd_sq pB hB) subrr.
apply/eqP; rewrite -subr_eq0; apply/eqP/(@N_eq0 _ (mx_eucl R d d)).
by rewrite -/Y /ip /= /frob sY YY mxtrace0.
Qed.

(* M S M = G has one solution M >= 0 *)
Lemma psd_congruence_unique (R : realFieldType) (d : nat) (X M M' : 'M[R]_d) : X^T = X -> X \in unitmx ->
  psd M -> psd M' -> M *m (X *m X) *m M = M' *m (X *m X) *m M' -> M = M'.
Proof.
move=> sX uX pM pM' e.
have pX N' : psd N' -> psd (X *m N' *m X).
  move=> [sN pN]; split=> [|v]; first by rewrite !trmx_mul sX sN mulmxA.
  have -> : <<v, X *m N' *m X *m v>> = <<X *m v, N' *m (X *m v)>> by rewrite [RHS]ip_mull sX !mulmxA.
  exact: pN.
have h : X *m M *m X = X *m M' *m X.
  apply: psd_root_unique; [exact: pX | exact: pX |].
  have := congr1 (fun T => X *m T *m X) e; rewrite /= !mulmxA => h; exact: h.
apply: (can_inj (mulKmx uX)); apply: (can_inj (mulmxK uX)); exact: h.
Qed.

Section Kernel.
Variables (R : rcfType) (dx dy r : nat) (X : 'M[R]_dx) (E : 'M[R]_dy) (V : 'M[R]_(dy, dx)) (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r)).
Hypothesis dec : decomposed X E V P s Q.
Let sX : X^T = X. Proof. by case: dec => [[]]. Qed.
Let uX : X \in unitmx. Proof. by case: dec => [[]]. Qed.
Let sE : E^T = E. Proof. by case: dec => [_ []]. Qed.
Let uE : E \in unitmx. Proof. by case: dec => [_ []]. Qed.
Let hP : P^T *m P = 1%:M. Proof. by case: dec => [_ _ []]. Qed.
Let hQ : Q^T *m Q = 1%:M. Proof. by case: dec => [_ _ []]. Qed.
Let EVX : E *m V *m X = P *m diag_mx s *m Q^T. Proof. by case: dec. Qed.
Let s0 i : 0 < s 0 i. Proof. by case: dec => [_ _ _ _ []]. Qed.
Let r0 : (0 < r)%N. Proof. by case: dec => [_ _ _ _ []]. Qed.
Let iX : (invmx X)^T = invmx X. Proof. by rewrite trmx_inv sX. Qed.
Let sT : (diag_mx s)^T = diag_mx s. Proof. exact: tr_diag_mx. Qed.
Notation root := (diag_mx (\row_i Num.sqrt (s 0 i))).

Definition half : 'M[R]_(r, dx) := root *m Q^T *m invmx X.
Definition closed : 'M[R]_dx := half^T *m half.
Let rootK : root *m root = diag_mx s.
Proof.
apply/matrixP => i j; rewrite mul_diag_mx !mxE; case: eqP => [->|_]; rewrite ?mulr0 //.
by rewrite !mulr1n -expr2 sqr_sqrtr ?ltW.
Qed.
Let rootT : root^T = root. Proof. exact: tr_diag_mx. Qed.
Lemma closedE : closed = invmx X *m Q *m diag_mx s *m Q^T *m invmx X.
Proof. by rewrite /closed /half !trmx_mul trmxK iX rootT -rootK !mulmxA. Qed.
Lemma closed_psd : psd closed.
Proof.
split=> [|v]; first by rewrite /closed trmx_mul trmxK.
have -> : <<v, closed *m v>> = N (half *m v) by rewrite [RHS]ip_mull /closed (mulmxA half^T half v).
exact: N_ge0.
Qed.
Let VE : E *m V = P *m diag_mx s *m Q^T *m invmx X. Proof. by rewrite -EVX mulmxK. Qed.
Lemma closed_equation : closed *m (X *m X) *m closed = V^T *m (E *m E) *m V.
Proof.
have -> : V^T *m (E *m E) *m V = (E *m V)^T *m (E *m V) by rewrite trmx_mul sE !mulmxA.
rewrite VE closedE !trmx_mul trmxK iX sT !mulmxA mulmxKV // -!mulmxA (mulmxA X) mulmxV // mul1mx.
by rewrite (mulmxA Q^T) hQ mul1mx (mulmxA P^T) hP mul1mx.
Qed.
(* V = Y M and M = U V *)
Lemma target_of_closed : V = (invmx E *m P *m Q^T *m X) *m closed.
Proof.
rewrite closedE !mulmxA -(mulmxA _ X) mulmxV // mulmx1 -(mulmxA _ Q^T Q) hQ mulmx1.
apply: (can_inj (mulKmx uE)); rewrite /= VE !mulmxA mulmxV // mul1mx.
by [].
Qed.
Lemma closed_of_target : closed = (invmx X *m Q *m P^T *m E) *m V.
Proof. by rewrite -mulmxA VE closedE !mulmxA -(mulmxA _ P^T P) hP mulmx1. Qed.
Lemma closed_neq0 : closed != 0.
Proof.
apply/eqP => e; have : diag_mx s = 0 :> 'M_r.
  have h : Q^T *m (X *m closed *m X) *m Q = 0 by rewrite e !mulmx0 !mul0mx mulmx0 mul0mx.
  move: h; rewrite closedE !mulmxA mulmxK // mulmxKV // hQ mul1mx.
  by rewrite -(mulmxA _ Q^T) hQ mulmx1.
move/matrixP/(_ (Ordinal r0) (Ordinal r0)); rewrite !mxE eqxx mulr1n => h.
by have := s0 (Ordinal r0); rewrite h ltxx.
Qed.
Lemma closed_rank : \rank closed = r.
Proof.
have le : (\rank closed <= r)%N.
  by rewrite closedE -!mulmxA mulmxA; apply: leq_trans (mxrankM_maxl _ _) (rank_leq_col _).
apply/eqP; rewrite eqn_leq le /=.
have e : (Q^T *m X) *m closed *m (X *m Q) = diag_mx s.
  rewrite closedE !mulmxA mulmxK // mulmxKV // hQ mul1mx.
  by rewrite -(mulmxA _ Q^T) hQ mulmx1.
have full : \rank (diag_mx s) = r.
  apply: mxrank_unit; rewrite unitmxE det_diag unitfE; apply/prodf_neq0 => i _.
  exact: lt0r_neq0.
rewrite -{1}full -e; apply: leq_trans (mxrankM_maxl _ _) _; exact: mxrankM_maxr.
Qed.

Variables (w : nat -> nat) (D : nat) (MI : 'M[R]_(w 0%N, dx)) (MO : 'M[R]_(dy, w D.+1)) (net : network MI MO V).
Lemma kernel_closed i : (i < D)%N -> minimal net (X *m X) (E *m E) (nuclear s) ->
  exists2 c, 0 < c & kernel net i = c *: closed.
Proof.
move=> iD /(minimalE net dec)[_ h]; have [c [Ri [c0 hR hB _]]] := (cut_form net dec iD).1 (h i iD).
exists (c ^+ 2); first by rewrite exprn_gt0.
have tr (M : 'M[R]_(w i.+1, dx)) : (c *: M)^T = c *: M^T by rewrite linearZ.
rewrite /kernel hB tr -scalemxAl -scalemxAr scalerA -expr2; congr (_ *: _).
have -> : Ri *m root *m Q^T *m invmx X = Ri *m half by rewrite /half !mulmxA.
by rewrite trmx_mul -mulmxA (mulmxA Ri^T Ri half) hR mul1mx.
Qed.
End Kernel.

(* two Gram matrices *)
Lemma proportional_aligned (R : realFieldType) m (K K' : 'M[R]_m) c : 0 <= c -> K' = c *: K -> aligned K K'.
Proof. by move=> c0 ->; split; rewrite ipZr ?mulr_ge0 ?N_ge0 // NZ; ring. Qed.
Lemma cs_strict (R : realFieldType) m (K K' : 'M[R]_m) : K != 0 -> ~ (exists c, K' = c *: K) -> misaligned K K'.
Proof.
move=> K0 np; rewrite /misaligned lt_neqAle CS andbT; apply/eqP => h; apply: np.
have n0 := lt0r_neq0 (@ip_gt0_ _ (mx_eucl R m m) _ K0); exists (<<K, K'>> / N K).
apply/eqP; rewrite -subr_eq0; apply/eqP/(@N_eq0 _ (mx_eucl R m m)); rewrite NB NZ ipZr (ipC K').
apply: (mulfI n0); rewrite mulr0 -[RHS](subrr (N K * N K')) -[in X in _ = _ - X]h.
by move: (N K) n0 (N K') <<K, K'>> => a a0 b c; field.
Qed.
Lemma cs_equal (R : realFieldType) m (K K' : 'M[R]_m) : misaligned K K' -> ~ (exists c, K' = c *: K).
Proof. by rewrite /misaligned => h [c e]; move: h; rewrite e ipZr NZ (_ : (c * N K) ^+ 2 = N K * (c ^+ 2 * N K)) ?ltxx //; ring. Qed.

Section Gram.
Variables (R : realFieldType) (d m : nat) (Y : 'M[R]_(d, m)) (Yi : 'M[R]_(m, d)).
Hypothesis span : Y *m Yi = 1%:M.
Lemma gram_inj (M M' : 'M[R]_d) : Y^T *m M *m Y = Y^T *m M' *m Y -> M = M'.
Proof.
move=> e; have := congr1 (fun T => Yi^T *m T *m Yi) e; rewrite /= !mulmxA -trmx_mul span trmx1 !mul1mx.
by rewrite -!mulmxA span !mulmx1.
Qed.
Lemma gram_scale c (M : 'M[R]_d) : Y^T *m (c *: M) *m Y = c *: (Y^T *m M *m Y).
Proof. by rewrite -scalemxAr -scalemxAl. Qed.
Lemma gram_misaligned (K K' M M' : 'M[R]_d) a b : a != 0 -> b != 0 -> K = a *: M -> K' = b *: M' -> M != 0 ->
  (misaligned (Y^T *m K *m Y) (Y^T *m K' *m Y) <-> ~ exists c, M' = c *: M).
Proof.
move=> a0 b0 -> -> M0; split=> [/cs_equal h [c e]|h].
  apply: h; exists (b * c / a); rewrite e !gram_scale !scalerA divfK //.
apply: cs_strict.
  apply/eqP => h0; have e0 : Y^T *m (a *: M) *m Y = Y^T *m 0 *m Y by rewrite mulmx0 mul0mx.
  by have /eqP := gram_inj e0; rewrite scaler_eq0 (negPf a0) (negPf M0).
move=> [c e]; apply: h; exists (c * a / b).
have : Y^T *m (b *: M') *m Y = Y^T *m ((c * a) *: M) *m Y by rewrite e !gram_scale scalerA.
move=> h1; have e' := gram_inj h1.
by rewrite mulrC -scalerA -e' scalerA mulVf // scale1r.
Qed.
End Gram.

Lemma scale_both (R : realFieldType) (d : nat) (t : R) (M S0 : 'M[R]_d) : (t *: M) *m S0 *m (t *: M) = t ^+ 2 *: (M *m S0 *m M).
Proof. by rewrite -!scalemxAl -scalemxAr scalerA expr2. Qed.
Lemma psd_conj (R : realFieldType) (d : nat) (Z M : 'M[R]_d) : psd M -> psd (Z^T *m M *m Z).
Proof.
move=> [sM pM]; split=> [|v]; first by rewrite !trmx_mul trmxK sM mulmxA.
have -> : <<v, Z^T *m M *m Z *m v>> = <<Z *m v, M *m (Z *m v)>> by rewrite [RHS]ip_mull !mulmxA.
exact: pM.
Qed.
Lemma view_equation (R : realFieldType) (dx dy : nat) (S0 Z M : 'M[R]_dx) (E0 : 'M[R]_dy) (V : 'M[R]_(dy, dx)) : Z \in unitmx ->
  M *m (Z *m S0 *m Z^T) *m M = (V *m invmx Z)^T *m E0 *m (V *m invmx Z) ->
  (Z^T *m M *m Z) *m S0 *m (Z^T *m M *m Z) = V^T *m E0 *m V.
Proof.
move=> uZ /(congr1 (fun T => Z^T *m T *m Z)) /=; rewrite !mulmxA => ->.
rewrite mulmxKV // trmx_mul !mulmxA -trmx_mul mulVmx // trmx1 mul1mx.
by [].
Qed.
(* The kernel of a network that was trained on Z x, as a function of x. *)
Lemma closed_view (R : rcfType) (dx dy r : nat) (X X0 Z : 'M[R]_dx) (E : 'M[R]_dy) (V : 'M[R]_(dy, dx))
    (P : 'M[R]_(dy, r)) (s : 'rV[R]_r) (Q : 'M[R]_(dx, r)) : Z \in unitmx ->
  X *m X = Z *m (X0 *m X0) *m Z^T -> decomposed X E (V *m invmx Z) P s Q ->
  let M := Z^T *m closed X s Q *m Z in psd M /\ M *m (X0 *m X0) *m M = V^T *m (E *m E) *m V.
Proof.
move=> uZ XX dec M; split; first by apply: psd_conj; apply: closed_psd.
by apply: view_equation => //; rewrite -XX; apply: closed_equation dec.
Qed.

Theorem platonic_alignment : platonic_alignment_statement.
Proof.
move=> R dx dy V Sx Se w w' D D' Z Z' MI MO MI' MO' net net' X X' E1 E2 r r' P s Q P' s' Q'.
move=> sSx [X0 [sX0 uX0] Sx0] uZ uZ' XX XX' EE EE' dec dec' wd wd' mn mn' i j iD jD.
rewrite Sx0 in XX XX'; rewrite -EE in mn; rewrite -EE' in mn'.
have mini := minimiser_minimal dec wd mn; have mini' := minimiser_minimal dec' wd' mn'.
have [c c0 hK] := kernel_closed dec iD mini; have [c' c'0 hK'] := kernel_closed dec' jD mini'.
have [pM eM] := closed_view uZ XX dec; have [pM' eM'] := closed_view uZ' XX' dec'.
have eqM : Z^T *m closed X s Q *m Z = Z'^T *m closed X' s' Q' *m Z'.
  by apply: (psd_congruence_unique sX0 uX0 pM pM'); rewrite eM eM' EE EE'.
have k0 : 0 < c' / c by rewrite divr_gt0.
have kE : Z'^T *m kernel net' j *m Z' = (c' / c) *: (Z^T *m kernel net i *m Z).
  rewrite hK hK' !gram_scale scalerA divfK ?lt0r_neq0 // eqM.
  by [].
exists (c' / c) => //; split=> [x1 x2|m Y].
  have ker (y : 'cV[R]_dx) (U : 'M[R]_dx) n (B : 'M[R]_(n, dx)) (x : 'cV[R]_dx) :
      <<B *m (U *m x), B *m (U *m y)>> = <<x, U^T *m (B^T *m B) *m U *m y>>.
    by rewrite ip_mull ip_mull !mulmxA.
  rewrite !ker -/(kernel net i) -/(kernel net' j) kE -scalemxAl ipZr; congr (_ * _).
apply: (@proportional_aligned _ _ _ _ (c' / c)); first exact: ltW.
have e n (U : 'M[R]_dx) (K : 'M[R]_dx) (T : 'M[R]_(dx, n)) : (U *m T)^T *m K *m (U *m T) = T^T *m (U^T *m K *m U) *m T.
  by rewrite trmx_mul !mulmxA.
by rewrite !e kE /centred -!scalemxAr -!scalemxAl -!scalemxAr -!scalemxAl.
Qed.

Theorem platonic_orthogonal_labels : platonic_orthogonal_labels_statement.
Proof.
move=> R dx dy V w w' D D' O MI MO MI' MO' net net' X E E' r r' P s Q P' s' Q' hO EE dec dec' wd wd' mn mn' i j iD jD.
have mini := minimiser_minimal dec wd mn; have mini' := minimiser_minimal dec' wd' mn'.
have [[sX uX] _ _ _ _] := dec.
have [c c0 hK] := kernel_closed dec iD mini; have [c' c'0 hK'] := kernel_closed dec' jD mini'.
have eqM : closed X s Q = closed X s' Q'.
  apply: (psd_congruence_unique sX uX (closed_psd X s Q) (closed_psd X s' Q')).
  rewrite (closed_equation dec) (closed_equation dec') EE trmx_mul !mulmxA -(mulmxA _ O^T O) hO mulmx1.
  by rewrite -(mulmxA _ O^T O) hO mulmx1.
exists (c' / c) => [|m Y]; first by rewrite divr_gt0.
by rewrite hK hK' -eqM !gram_scale scalerA divfK // lt0r_neq0.
Qed.

Lemma trace_pos (R : realFieldType) (d : nat) (C M : 'M[R]_d) : C^T = C -> C \in unitmx -> M^T = M -> M != 0 ->
  0 < \tr (M *m (C *m C) *m M).
Proof.
move=> sC uC sM M0; have -> : \tr (M *m (C *m C) *m M) = N (C *m M).
  by rewrite /ip /= /frob trmx_mul sM sC !mulmxA.
apply: (@ip_gt0_ _ (mx_eucl R d d)); apply: contraNneq M0 => e0.
by apply/eqP/(can_inj (mulKmx uC)); rewrite /= e0 mulmx0.
Qed.
(* M' >= 0 solves a multiple of the equation of M >= 0 if and only if it is a multiple of M *)
Lemma proportional_solutions (R : rcfType) (d : nat) (X M M' : 'M[R]_d) : X^T = X -> X \in unitmx -> psd M -> psd M' ->
  M != 0 -> M' != 0 ->
  ((exists c, M' = c *: M) <-> exists c, M' *m (X *m X) *m M' = c *: (M *m (X *m X) *m M)).
Proof.
move=> sX uX pM pM' M0 M0'; have [[sM qM] [sM' _]] := (pM, pM').
split=> [[c ->]|[a e]]; first by exists (c ^+ 2); apply: scale_both.
have a0 : 0 < a.
  have := trace_pos sX uX sM' M0'; rewrite e mxtraceZ pmulr_lgt0 //; exact: trace_pos.
have q0 : 0 < Num.sqrt a by rewrite sqrtr_gt0.
exists (Num.sqrt a); apply: (psd_congruence_unique sX uX pM').
  split=> [|v]; first by rewrite linearZ /= sM.
  by rewrite -scalemxAl ipZr mulr_ge0 // ltW.
by rewrite scale_both e sqr_sqrtr // ltW.
Qed.

Theorem platonic_broken_by_label_transformation : platonic_broken_by_label_transformation_statement.
Proof.
move=> R dx dy V w w' D D' T MI MO MI' MO' net net' X E E' r r' P s Q P' s' Q' m Y Yi EE span dec dec' wd wd' mn mn' i j iD jD.
have mini := minimiser_minimal dec wd mn; have mini' := minimiser_minimal dec' wd' mn'.
have [[sX uX] _ _ _ _] := dec.
have [c c0 hK] := kernel_closed dec iD mini; have [c' c'0 hK'] := kernel_closed dec' jD mini'.
rewrite (gram_misaligned span (lt0r_neq0 c0) (lt0r_neq0 c'0) hK hK' (closed_neq0 dec)).
have e1 : V^T *m T^T *m T *m (E *m E) *m T^T *m T *m V = closed X s' Q' *m (X *m X) *m closed X s' Q'.
  by rewrite (closed_equation dec') EE trmx_mul !mulmxA.
rewrite e1 -(closed_equation dec).
have h := proportional_solutions sX uX (closed_psd X s Q) (closed_psd X s' Q') (closed_neq0 dec) (closed_neq0 dec').
by split=> k k'; apply: k; apply/h.
Qed.

Theorem platonic_broken_by_saddle : platonic_broken_by_saddle_statement.
Proof.
move=> R dx dy V V' w w' D D' MI MO MI' MO' net net' X E r r' P s Q P' s' Q' m Y Yi span dec dec' rr wd wd' mn mn' i j iD jD.
have mini := minimiser_minimal dec wd mn; have mini' := minimiser_minimal dec' wd' mn'.
have [c c0 hK] := kernel_closed dec iD mini; have [c' c'0 hK'] := kernel_closed dec' jD mini'.
rewrite (gram_misaligned span (lt0r_neq0 c0) (lt0r_neq0 c'0) hK hK' (closed_neq0 dec)) => -[a e].
have a0 : a != 0 by apply: contra_eq_neq e => ->; rewrite scale0r (closed_neq0 dec').
by case/eqP: rr; rewrite -(closed_rank dec) -(closed_rank dec') e mxrank_scale_nz.
Qed.

Theorem platonic_broken_by_heterogeneous_noise : platonic_broken_by_heterogeneous_noise_statement.
Proof.
move=> R dx dy V w w' D D' MI MO MI' MO' net net' X X' E r r' P s Q P' s' Q' m Y Yi span dec dec' wd wd' mn mn' i j iD jD.
have mini := minimiser_minimal dec wd mn; have mini' := minimiser_minimal dec' wd' mn'.
have [[sX uX] [sE uE] _ _ _] := dec; have [[sX' uX'] _ _ _ _] := dec'.
have [c c0 hK] := kernel_closed dec iD mini; have [c' c'0 hK'] := kernel_closed dec' jD mini'.
rewrite (gram_misaligned span (lt0r_neq0 c0) (lt0r_neq0 c'0) hK hK' (closed_neq0 dec)).
pose M := closed X s Q; pose M' := closed X' s' Q'.
have eM : M *m (X *m X) *m M = M' *m (X' *m X') *m M' by rewrite (closed_equation dec) (closed_equation dec').
have [sM pM] : psd M := closed_psd X s Q.
split=> h [a e]; apply: h.
  (* V S' V^T = a V S V^T gives M' = a^(-1/2) M *)
  have eM2 : M *m (X' *m X') *m M = a *: (M *m (X *m X) *m M).
    have U := closed_of_target dec; set Uv := _ *m E in U.
    have Mt : M = V^T *m Uv^T by rewrite -trmx_mul -U sM.
    have go (S : 'M[R]_dx) : M *m S *m M = Uv *m (V *m S *m V^T) *m Uv^T.
      by rewrite {2}Mt /M U !mulmxA.
    by rewrite !go e -scalemxAr -scalemxAl.
  have pos (B C : 'M[R]_dx) : C^T = C -> C \in unitmx -> 0 < \tr (M *m (C *m C) *m M).
    move=> sC uC; have -> : \tr (M *m (C *m C) *m M) = N (C *m M).
      by rewrite /ip /= /frob trmx_mul sM sC !mulmxA.
    apply: (@ip_gt0_ _ (mx_eucl R dx dx)); apply: contraNneq (closed_neq0 dec) => e0.
    by apply/eqP/(can_inj (mulKmx uC)); rewrite /= e0 mulmx0.
  have a0 : 0 < a.
    have := pos M X' sX' uX'; rewrite eM2 mxtraceZ pmulr_lgt0 //; exact: (pos M X).
  have q0 : 0 < Num.sqrt a by rewrite sqrtr_gt0.
  exists (Num.sqrt a)^-1; apply: (psd_congruence_unique sX' uX' (closed_psd X' s' Q')).
    split=> [|v]; first by rewrite linearZ /= sM.
    by rewrite -scalemxAl ipZr mulr_ge0 // invr_ge0 ltW.
  rewrite -/M -/M' -eM scale_both eM2 scalerA exprVn sqr_sqrtr ?ltW //.
  by rewrite mulVf ?scale1r // lt0r_neq0.
(* M' = a M gives V S V^T = a^2 V S' V^T *)
have a0 : a != 0 by apply: contra_eq_neq e => ->; rewrite scale0r (closed_neq0 dec').
exists (a ^- 2); have U := target_of_closed dec; set Uv := _ *m X in U.
have Vt : V^T = M *m Uv^T by rewrite {1}U trmx_mul sM.
have go (S : 'M[R]_dx) : V *m S *m V^T = Uv *m (M *m S *m M) *m Uv^T by rewrite Vt {1}U !mulmxA.
rewrite !go eM /M' e -/M scale_both -scalemxAr -scalemxAl scalerA mulVf ?scale1r //.
by rewrite expf_neq0.
Qed.

Theorem platonic_generic_minima : platonic_generic_minima_statement.
Proof.
move=> R dx r n n' m G Gi Y Yi hG hY gram.
have gramE k (F : 'M[R]_(k, r)) : gram k F = (G *m Y)^T *m (F^T *m F) *m (G *m Y).
  by rewrite /gram !trmx_mul !mulmxA.
have span : (G *m Y) *m (Yi *m Gi) = 1%:M by rewrite mulmxA -(mulmxA G) hY mulmx1 hG.
have iff (F : 'M[R]_(n, r)) (F' : 'M[R]_(n', r)) : \rank F = r -> (0 < r)%N ->
    (misaligned (gram n F) (gram n' F') <-> ~ exists c, F'^T *m F' = c *: (F^T *m F)).
  move=> rF r0; rewrite !gramE.
  apply: (gram_misaligned span (oner_neq0 R) (oner_neq0 R)); rewrite ?scale1r //.
  apply: contraTneq r0 => e; rewrite -rF lt0n negbK mxrank_eq0; apply/eqP.
  by apply: (@N_eq0 _ (mx_eucl R n r)); rewrite /ip /= /frob e mxtrace0.
split=> // i j ij q; have r0 : (0 < r)%N by apply: leq_ltn_trans (ltn_ord i).
split=> [F F' rF q0|rn rn'].
  apply/(iff F F' rF r0) => -[c e]; move: q0; have h (a b : R) : a * (c * b) - b * (c * a) = 0 by ring.
  have e' k : (F'^T *m F') k k = c * (F^T *m F) k k by rewrite e mxE.
  by rewrite /q !e' h eqxx.
pose d : 'rV[R]_r := \row_k (if k == j then 2 else 1).
have ud : diag_mx d \in unitmx.
  rewrite unitmxE det_diag unitfE; apply/prodf_neq0 => k _; rewrite mxE; case: ifP => _; last exact: oner_neq0.
  by rewrite pnatr_eq0.
exists (pid_mx r), (pid_mx r *m diag_mx d); split.
- by rewrite rank_pid_mx.
- by rewrite mxrankMfree ?row_free_unit // rank_pid_mx.
have e1 : (pid_mx r : 'M[R]_(n, r))^T *m pid_mx r = 1%:M by rewrite tr_pid_mx pid_mx_id // pid_mx_1.
have e2 : (pid_mx r *m diag_mx d : 'M[R]_(n', r))^T *m (pid_mx r *m diag_mx d) = diag_mx d *m diag_mx d.
  by rewrite trmx_mul tr_diag_mx tr_pid_mx -!mulmxA (mulmxA (pid_mx r)) pid_mx_id // pid_mx_1 mul1mx.
rewrite /q e1 e2 !mul_diag_mx !mxE !eqxx (negPf ij) !mulr1n !mul1r.
by rewrite -natrM -(natrB _ (_ : 1 <= 4)%N) // pnatr_eq0.
Qed.
