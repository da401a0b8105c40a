(* Deep linear networks at a global minimum.  proofs/platonic.md *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices families learning.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* A product data set: inputs x_i with weights a i, noises e_j with weights b j, all pairs (i, j). *)
Section Factorises.
Variables (R : realFieldType) (I J : finType) (a : I -> R) (b : J -> R) (dx dy : nat).
Variables (x : I -> 'cV[R]_dx) (e : J -> 'cV[R]_dy).
Definition Sx : 'M[R]_dx := \sum_i a i *: (x i *m (x i)^T).
Definition Se : 'M[R]_dy := \sum_j b j *: (e j *m (e j)^T).

Lemma tr_sq n m (A : 'M[R]_(n, m)) (v : 'cV[R]_m) : \tr (A *m (v *m v^T) *m A^T) = N (A *m v).
Proof. by rewrite /ip /= /frob [RHS]mxtrace_mulC trmx_mul !mulmxA. Qed.
Lemma Sx_trace n (B : 'M[R]_(n, dx)) : \tr (B *m Sx *m B^T) = \sum_i a i * N (B *m x i).
Proof.
rewrite /Sx mulmx_sumr mulmx_suml raddf_sum; apply: eq_bigr => i _ /=.
by rewrite -scalemxAr -scalemxAl mxtraceZ tr_sq.
Qed.
Lemma Se_trace n (A : 'M[R]_(dy, n)) : \tr (Se *m A *m A^T) = \sum_j b j * N (A^T *m e j).
Proof.
rewrite -mulmxA mxtrace_mulC /Se mulmx_sumr raddf_sum; apply: eq_bigr => j _ /=.
by rewrite -scalemxAr mxtraceZ -tr_sq trmxK [in RHS]mxtrace_mulC (mulmxA A).
Qed.
Lemma N_outer n m (u : 'cV[R]_n) (v : 'cV[R]_m) : N (u *m v^T) = N u * N v.
Proof.
rewrite ip_mulr trmxK -mulmxA [v^T *m v]mx11_scalar mul_mx_scalar ipZr mulrC.
by rewrite mx11_ip trmxK.
Qed.

(* platonic/entropy-factorises, one layer: f = A W B at a global minimum, the residual is -e, and the *)
(* gradient in W is 2 A^T (f(x) - y) (B x)^T = - 2 A^T e (B x)^T                                       *)
Theorem entropy_factorises_layer n m (A : 'M[R]_(dy, n)) (B : 'M[R]_(m, dx)) :
  1 / 4%:R * (\sum_i \sum_j a i * b j * N ((- 2) *: (A^T *m e j *m (B *m x i)^T)))
   = \tr (Se *m A *m A^T) * \tr (B *m Sx *m B^T).
Proof.
rewrite Se_trace Sx_trace mulrC [RHS]mulrC mulr_suml mulr_suml; apply: eq_bigr => i _.
rewrite mulr_suml mulr_sumr; apply: eq_bigr => j _.
by rewrite NZ N_outer; field.
Qed.

(* the gradient itself: for l = |A W B x - y|^2 at y = V x + e, A W B = V *)
Theorem layer_gradient n m (A : 'M[R]_(dy, n)) (B : 'M[R]_(m, dx)) (W : 'M[R]_(n, m)) (V : 'M[R]_(dy, dx)) i j :
  A *m W *m B = V ->
  grad (V := mx_eucl R n m) (fun W' => N (A *m W' *m B *m x i - (V *m x i + e j))) W
    ((- 2) *: (A^T *m e j *m (B *m x i)^T)).
Proof.
move=> AWB; set u := A^T *m e j; set v := B *m x i.
pose C := N A * N v + 1; have C0 : 0 < C by rewrite ltr_paddl ?ltr01 ?mulr_ge0 ?N_ge0.
move=> eps eps0; exists (eps / C ^+ 2) => [|h]; first by rewrite divr_gt0 ?exprn_gt0.
rewrite ler_pdivl_mulr ?exprn_gt0 // => he.
have -> : A *m (W + h) *m B *m x i - (V *m x i + e j) = A *m h *m v - e j.
  by rewrite mulmxDr !mulmxDl AWB -[A *m h *m B *m x i]mulmxA [V *m x i + _]addrC addrKA.
have -> : A *m W *m B *m x i - (V *m x i + e j) = - e j by rewrite AWB opprD addNKr.
have gE : <<(- 2) *: (u *m v^T), h>> = - 2 * <<A *m h *m v, e j>>.
  by rewrite ipZl ip_mulr trmxK /u ip_mull trmxK (ipC (e j)) mulmxA.
rewrite gE NB NN (_ : _ - _ - _ = N (A *m h *m v)); last by ring.
have hN : N (A *m h *m v) <= C * N h.
  apply: le_trans (N_mul _ _) _; apply: le_trans (ler_wpmul2r (N_ge0 v) (N_mul _ _)) _.
  by rewrite mulrAC ler_wpmul2r ?N_ge0 // ler_addl ler01.
apply: le_trans (_ : (C * N h) ^+ 2 <= _).
  by rewrite ler_sqr ?nnegrE ?N_ge0 ?mulr_ge0 ?N_ge0 // ltW.
rewrite exprMn [N h ^+ 2]expr2 mulrA ler_wpmul2r ?N_ge0 //.
by rewrite mulrC.
Qed.
End Factorises.

Section Bound.
Variable R : realFieldType.

(* one cut of the network: n^2 <= |X|^2 |Y|^2 where X Y = P diag(s) Q^T, with equality iff *)
(* X = c^-1 P Z, Y = c Z^T Q^T up to a positive scalar                                     *)
Lemma N_proj m n r (P : 'M[R]_(m, r)) (X : 'M[R]_(m, n)) : P^T *m P = 1%:M ->
  N X = N (P^T *m X) + N (X - P *m (P^T *m X)).
Proof.
move=> hP; set Y := P *m _.
have YY : N Y = N (P^T *m X) by rewrite /Y ip_mull mulmxA hP mul1mx.
have XY : <<X, Y>> = N (P^T *m X) by rewrite /Y ipC ip_mull.
by rewrite NB XY YY; ring.
Qed.
Lemma N_tr m n (X : 'M[R]_(m, n)) : N X^T = N X. Proof. exact: ip_tr. Qed.

Section Cut.
Variables (m w q r : nat) (X : 'M[R]_(m, w)) (Y : 'M[R]_(w, q)) (P : 'M[R]_(m, r)) (Q : 'M[R]_(q, r)).
Variable s : 'rV[R]_r.
Hypotheses (hP : P^T *m P = 1%:M) (hQ : Q^T *m Q = 1%:M) (XY : X *m Y = P *m diag_mx s *m Q^T).
Let n : R := \sum_i s 0 i.
Let X' := P^T *m X.  Let Y' := Y *m Q.

Let nE : n = <<X'^T, Y'>>.
Proof.
rewrite /ip /= /frob trmxK /X' /Y' -mulmxA (mulmxA X) XY !mulmxA hP mul1mx -mulmxA hQ mulmx1.
by rewrite mxtrace_diag.
Qed.
Let NX : N X = N X'^T + N (X - P *m X'). Proof. by rewrite N_tr; apply: N_proj. Qed.
Let NY : N Y = N Y' + N (Y^T - Q *m Y'^T).
Proof.
rewrite -(N_tr Y) (N_proj _ hQ) (_ : Q^T *m Y^T = Y'^T) ?N_tr //.
by rewrite /Y' trmx_mul.
Qed.
Let NX' : N X'^T <= N X. Proof. by rewrite NX ler_addl N_ge0. Qed.
Let NY' : N Y' <= N Y. Proof. by rewrite NY ler_addl N_ge0. Qed.

Theorem cut : n ^+ 2 <= N X * N Y.
Proof. by rewrite nE; apply: le_trans (CS _ _) _; apply: ler_pmul; rewrite ?N_ge0. Qed.

(* the equality case of platonic/lower-bound (2): with k = n / |X|^2 > 0, Z = P^T X, *)
(* X = P Z, Y = k Z^T Q^T and Z Z^T = diag(s) / k                                       *)
Theorem cut_equality : 0 < n -> n ^+ 2 = N X * N Y ->
  let k := n / N X in let Z := P^T *m X in
  [/\ 0 < k, X = P *m Z, Y = k *: (Z^T *m Q^T) & k *: (Z *m Z^T) = diag_mx s].
Proof.
move=> n0 eq k Z.
have XY0 : 0 < N X * N Y by rewrite -eq exprn_gt0.
have X0 : 0 < N X by rewrite lt0r N_ge0 andbT; apply: contraTN XY0 => /eqP ->; rewrite mul0r ltxx.
have Y0 : 0 < N Y by move: XY0; rewrite pmulr_rgt0.
have h1 : n ^+ 2 <= N X'^T * N Y' by rewrite nE; apply: CS.
have h2 : N X'^T * N Y' <= N X * N Y' by rewrite ler_wpmul2r ?N_ge0.
have h3 : N X * N Y' <= N X * N Y by rewrite ler_wpmul2l ?N_ge0.
have eY : N Y' = N Y.
  apply: (mulfI (lt0r_neq0 X0)); apply/le_anti; rewrite h3 -eq.
  by rewrite (le_trans h1).
have eX : N X'^T = N X.
  by apply/le_anti; rewrite NX' /= -(ler_pmul2r Y0) -eq -eY.
have XP : X = P *m Z.
  by apply/eqP; rewrite -subr_eq0; apply/eqP/N_eq0/eqP; rewrite -(inj_eq (addrI (N X'^T))) -NX eX addr0.
have YQ : Y = Y' *m Q^T.
  apply: trmx_inj; rewrite trmx_mul trmxK; apply/eqP; rewrite -subr_eq0; apply/eqP/N_eq0/eqP.
  by rewrite -(inj_eq (addrI (N Y'))) -NY eY addr0.
have Y'Z : Y' = k *: Z^T.
  have e : N X * (N Y - 2 * (k * n) + k ^+ 2 * N X) = N X * N Y - n ^+ 2.
    by rewrite /k; field; rewrite lt0r_neq0.
  apply/eqP; rewrite -subr_eq0; apply/eqP/N_eq0; rewrite NB NZ ipZr (ipC Y') -nE eX eY.
  by apply: (mulfI (lt0r_neq0 X0)); rewrite mulr0 e eq subrr.
have k0 : 0 < k by rewrite divr_gt0.
split=> //; first by rewrite YQ Y'Z scalemxAl.
rewrite scalemxAr -Y'Z /Y' /Z -mulmxA (mulmxA X) XY !mulmxA hP mul1mx.
by rewrite -mulmxA hQ mulmx1.
Qed.
End Cut.

Lemma shift_terms D (p q : nat -> R) :
  \prod_(i < D.+1) (p i * q i) = p D * q 0%N * \prod_(i < D) (p i * q i.+1).
Proof.
elim: D => [|D IH]; first by rewrite big_ord1 big_ord0 mulr1.
by rewrite big_ord_recr /= IH [in RHS]big_ord_recr /=; ring.
Qed.

(* platonic/lower-bound (1): p_i = tr(Se A_i A_i^T), q_i = tr(B_i Sx B_i^T), i = 0, ..., D, and     *)
(* the cut inequality between adjacent layers.  To the power D + 1, since R has no roots.              *)
Section LowerBound.
Variables (D : nat) (p q : nat -> R) (n : R).
Hypotheses (n0 : 0 < n) (p0 : forall i, 0 < p i) (q0 : forall i, 0 < q i).
Hypothesis cuts : forall i, (i < D)%N -> n ^+ 2 <= p i * q i.+1.
Let t i := p i * q i.
Let bound := p D * q 0%N * (n ^+ 2) ^+ D.
Let mean := (\sum_(i < D.+1) t i) / D.+1%:R.

Let mean_ge : \prod_(i < D.+1) t i <= mean ^+ D.+1.
Proof.
have h : {in predT, forall i : 'I_D.+1, 0 <= t i} by move=> i _; rewrite mulr_ge0 ?ltW.
by case: (leif_AGM h); rewrite card_ord.
Qed.
Let mean_eq : (\prod_(i < D.+1) t i == mean ^+ D.+1) = [forall i : 'I_D.+1, forall j : 'I_D.+1, t i == t j].
Proof.
have h : {in predT, forall i : 'I_D.+1, 0 <= t i} by move=> i _; rewrite mulr_ge0 ?ltW.
by case: (leif_AGM h); rewrite card_ord.
Qed.
Let cut_le : (n ^+ 2) ^+ D <= \prod_(i < D) (p i * q i.+1).
Proof.
rewrite -[X in _ ^+ X]card_ord -prodr_const; apply: ler_prod => i _.
by rewrite exprn_ge0 ?(ltW n0) //= cuts.
Qed.
Let cut_eq : (n ^+ 2) ^+ D = \prod_(i < D) (p i * q i.+1) -> forall i, (i < D)%N -> p i * q i.+1 = n ^+ 2.
Proof.
have np : 0 < n ^+ 2 by rewrite exprn_gt0.
elim: D cuts => [//|d IH] cd; rewrite exprSr big_ord_recr /= => e i.
have cd' j : (j < d)%N -> n ^+ 2 <= p j * q j.+1 by move=> jd; apply: cd; rewrite ltnW.
have le1 : (n ^+ 2) ^+ d <= \prod_(i < d) (p i * q i.+1).
  rewrite -[X in _ ^+ X]card_ord -prodr_const; apply: ler_prod => j _.
  by rewrite ltW //= cd'.
have le2 := cd d (ltnSn d).
have e1 : (n ^+ 2) ^+ d = \prod_(i < d) (p i * q i.+1).
  apply/le_anti; rewrite le1 /= -(ler_pmul2r np) e.
  by rewrite ler_wpmul2l // prodr_ge0 // => j _; rewrite mulr_ge0 ?ltW.
have e2 : n ^+ 2 = p d * q d.+1 by apply: (mulfI (lt0r_neq0 (exprn_gt0 d np))); rewrite e -e1.
by rewrite ltnS leq_eqVlt => /orP[/eqP ->|/(IH cd' e1)].
Qed.
Let head : 0 < p D * q 0%N. Proof. by rewrite mulr_gt0. Qed.
Let bound_le : bound <= \prod_(i < D.+1) t i.
Proof. by rewrite /t shift_terms /bound ler_pmul2l. Qed.

Theorem lower_bound : bound <= mean ^+ D.+1.
Proof. exact: le_trans bound_le mean_ge. Qed.

(* platonic/equal-terms and the equality case of platonic/lower-bound: the bound is reached iff all *)
(* terms are equal and every cut is an equality; then t_i^(D+1) = a b n^(2D) for every layer           *)
Theorem lower_bound_equality : bound = mean ^+ D.+1 <->
  (forall i j, (i <= D)%N -> (j <= D)%N -> t i = t j) /\ (forall i, (i < D)%N -> p i * q i.+1 = n ^+ 2).
Proof.
split=> [e|[te ce]].
  have e1 : \prod_(i < D.+1) t i = mean ^+ D.+1 by apply/le_anti; rewrite mean_ge -e bound_le.
  split=> [i j iD jD|].
    have : \prod_(i < D.+1) t i == mean ^+ D.+1 by rewrite e1.
    by rewrite mean_eq => /forallP/(_ (Ordinal (iD : (i < D.+1)%N)))/forallP/(_ (Ordinal (jD : (j < D.+1)%N)))/eqP.
  apply: cut_eq; apply: (mulfI (lt0r_neq0 head)).
  by rewrite -shift_terms -/t -[LHS]/bound e -e1.
rewrite /bound (_ : (n ^+ 2) ^+ D = \prod_(i < D) (p i * q i.+1)).
  rewrite -shift_terms; apply/eqP; rewrite mean_eq.
  by apply/forallP => i; apply/forallP => j; apply/eqP/te; rewrite -ltnS ltn_ord.
by rewrite -[X in _ ^+ X]card_ord -prodr_const; apply: eq_bigr => i _; rewrite ce.
Qed.
Theorem equal_terms : bound = mean ^+ D.+1 -> forall i, (i <= D)%N -> t i ^+ D.+1 = bound.
Proof.
move=> e i iD; have [te _] := lower_bound_equality.1 e; rewrite e /mean; congr (_ ^+ _).
rewrite (eq_bigr (fun=> t i)) => [|j _]; last by apply: te => //; rewrite -ltnS.
by rewrite sumr_const card_ord -mulr_natr mulfK // pnatr_eq0.
Qed.
End LowerBound.

(* platonic/alignment, one network: from (2), B = c R diag(s)^(1/2) Q^T Sx^(-1/2): all hidden kernels *)
(* are c^2 x^T H y with one H = Sx^(-1/2) Q diag(s) Q^T Sx^(-1/2).  Sr is diag(s)^(1/2), Sxi Sx^(-1/2). *)
Theorem hidden_kernel w r d (c : R) (Rt : 'M[R]_(w, r)) (Sr : 'M[R]_r) (Q : 'M[R]_(d, r)) (Sxi : 'M[R]_d) (x y : 'cV[R]_d) :
  Rt^T *m Rt = 1%:M -> Sr^T = Sr -> Sxi^T = Sxi ->
  let B := c *: (Rt *m Sr *m Q^T *m Sxi) in
  <<B *m x, B *m y>> = c ^+ 2 * <<x, Sxi *m Q *m (Sr *m Sr) *m Q^T *m Sxi *m y>>.
Proof.
move=> hR hS hX B; rewrite /B -!scalemxAl ipZl ipZr mulrA -expr2; congr (_ * _).
rewrite ip_mull !trmx_mul !trmxK hS hX -!mulmxA (mulmxA Rt^T) hR mul1mx.
by rewrite !mulmxA.
Qed.
Theorem alignment_layers w w' r d (c c' : R) (Rt : 'M[R]_(w, r)) (Rt' : 'M[R]_(w', r)) (Sr : 'M[R]_r)
    (Q : 'M[R]_(d, r)) (Sxi : 'M[R]_d) (x y : 'cV[R]_d) : c != 0 ->
  Rt^T *m Rt = 1%:M -> Rt'^T *m Rt' = 1%:M -> Sr^T = Sr -> Sxi^T = Sxi ->
  (c' / c) ^+ 2 * <<c *: (Rt *m Sr *m Q^T *m Sxi) *m x, c *: (Rt *m Sr *m Q^T *m Sxi) *m y>>
  = <<c' *: (Rt' *m Sr *m Q^T *m Sxi) *m x, c' *: (Rt' *m Sr *m Q^T *m Sxi) *m y>>.
Proof.
move=> c0 h h' hS hX; rewrite !hidden_kernel //.
by rewrite mulrA expr_div_n divfK // expf_neq0.
Qed.
(* CKA of proportional Gram matrices is 1 (squared, without roots): <K, a K>^2 = |K|^2 |a K|^2 *)
Theorem cka_one n (K : 'M[R]_n) (a : R) : <<K, a *: K>> ^+ 2 = N K * N (a *: K).
Proof. by rewrite NZ ipZr; ring. Qed.
(* platonic/alignment, another view z = Z x: O = Sz^(-1/2) Z Sx^(1/2) is orthogonal, and the kernel, as *)
(* a function of x, is the same.  Sx = S S, Sz = T T = Z Sx Z^T with S, T symmetric and invertible.     *)
Section View.
Variables (d : nat) (S T Z H : 'M[R]_d).
Hypotheses (sS : S^T = S) (sT : T^T = T) (uS : S \in unitmx) (uT : T \in unitmx).
Hypothesis hT : T *m T = Z *m (S *m S) *m Z^T.
Let O := invmx T *m Z *m S.
Theorem view_orthogonal : O *m O^T = 1%:M.
Proof.
have iT : (invmx T)^T = invmx T by rewrite trmx_inv sT.
rewrite /O !trmx_mul sS iT !mulmxA -(mulmxA _ S S) -[invmx T *m Z *m _]mulmxA.
by rewrite -[invmx T *m (Z *m _) *m _]mulmxA -hT mulmxA mulVmx // mul1mx mulmxV.
Qed.
Theorem view_kernel : Z^T *m (invmx T *m (O *m H *m O^T) *m invmx T) *m Z = invmx S *m H *m invmx S.
Proof.
have OO := mulmx1C view_orthogonal.
have iT : (invmx T)^T = invmx T by rewrite trmx_inv sT.
have e : O^T *m invmx T *m Z = invmx S.
  have e1 : invmx T *m Z = O *m invmx S by rewrite /O mulmxK.
  by rewrite -mulmxA e1 mulmxA OO mul1mx.
have e' : Z^T *m invmx T *m O = invmx S.
  by apply: trmx_inj; rewrite trmx_inv sS -e !trmx_mul trmxK iT mulmxA.
by rewrite -{2}e -e' !mulmxA.
Qed.
End View.
(* platonic/orthogonal-labels: V -> O V, Se^(1/2) -> O Se^(1/2) O^T give T -> O T, and T^T T is unchanged *)
Theorem orthogonal_labels m d (O E : 'M[R]_m) (V : 'M[R]_(m, d)) (S : 'M[R]_d) : O^T *m O = 1%:M ->
  let T := E *m V *m S in let T' := (O *m E *m O^T) *m (O *m V) *m S in T'^T *m T' = T^T *m T.
Proof.
move=> hO T T'; have -> : T' = O *m T by rewrite /T' /T -!mulmxA (mulmxA O^T) hO mul1mx.
by rewrite trmx_mul -mulmxA (mulmxA O^T) hO mul1mx.
Qed.
(* platonic/broken-by-label-transformation: V -> T V, Se -> T Se T^T: the square of the new absolute *)
(* value is that of Se^(1/2) T^T T V Sx^(1/2)                                                            *)
Theorem label_transformation m d (Tm E : 'M[R]_m) (V : 'M[R]_(m, d)) (S : 'M[R]_d) : E^T = E -> S^T = S ->
  (Tm *m V *m S)^T *m (Tm *m (E *m E) *m Tm^T) *m (Tm *m V *m S)
   = (E *m Tm^T *m Tm *m V *m S)^T *m (E *m Tm^T *m Tm *m V *m S).
Proof. by move=> sE sS; rewrite !trmx_mul sE sS trmxK !mulmxA. Qed.
End Bound.
